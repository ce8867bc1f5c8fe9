import type { ResourceType } from "./custom-resource.ts";

/** keda.sh/v1alpha1, as of KEDA 2.20. */
const apiVersion = "keda.sh/v1alpha1";
export const SCALED_OBJECT: ResourceType<ScaledObjectSpec> = { apiVersion, kind: "ScaledObject" };
export const TRIGGER_AUTHENTICATION: ResourceType<TriggerAuthenticationSpec> = {
  apiVersion,
  kind: "TriggerAuthentication",
};

export interface ScalingPolicy {
  readonly type: "Pods" | "Percent";
  readonly value: number;
  readonly periodSeconds: number;
}

export interface ScalingRules {
  readonly stabilizationWindowSeconds: number;
  readonly selectPolicy: "Max" | "Min" | "Disabled";
  readonly policies: readonly ScalingPolicy[];
}

export interface ScaledObjectSpec {
  readonly scaleTargetRef: {
    readonly apiVersion: "apps/v1";
    readonly kind: "Deployment";
    readonly name: string;
  };
  /** Seconds between KEDA's own looks at the queue; of use only from and to zero. */
  readonly pollingInterval?: number;
  /** Seconds without a message before the last replica goes. */
  readonly cooldownPeriod?: number;
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
  readonly fallback: {
    readonly failureThreshold: number;
    readonly replicas: number;
    readonly behavior: "static" | "currentReplicas" | "currentReplicasIfHigher";
  };
  readonly advanced: {
    readonly horizontalPodAutoscalerConfig: {
      readonly behavior: { readonly scaleUp: ScalingRules; readonly scaleDown: ScalingRules };
    };
  };
  readonly triggers: readonly SqsTrigger[];
}

/** Every value of the metadata is text. */
export interface SqsTrigger {
  readonly type: "aws-sqs-queue";
  readonly name: string;
  readonly metricType: "AverageValue";
  readonly authenticationRef: { readonly name: string };
  readonly metadata: {
    readonly queueURL: string;
    readonly queueLength: string;
    readonly activationQueueLength: string;
    readonly awsRegion: string;
    readonly awsEndpoint?: string;
    readonly scaleOnInFlight: "true" | "false";
  };
}

type TriggerAuthenticationSpec =
  | { readonly podIdentity: { readonly provider: "aws" } }
  | {
      readonly secretTargetRef: readonly {
        readonly parameter: "awsAccessKeyID" | "awsSecretAccessKey";
        readonly name: string;
        readonly key: string;
      }[];
    };
