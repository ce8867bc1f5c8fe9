import { LOCAL_STACK } from "@weft/environments";
import type { Construct } from "constructs";
import type { Context } from "../context.ts";
import { customResource } from "../resources/custom-resource.ts";
import {
  SCALED_OBJECT,
  type ScaledObjectSpec,
  type ScalingRules,
  type SqsTrigger,
  TRIGGER_AUTHENTICATION,
} from "../resources/keda.ts";
import { LOCAL_AWS_SECRET, regionOf } from "../variables.ts";
import type { ObjectName } from "./metadata.ts";

/** The one TriggerAuthentication, which both workers use. */
const AUTHENTICATION = "sqs";
/** From zero, KEDA itself looks at the queue, this often; seconds. */
const POLLING_INTERVAL = 5;
/** To zero, after the queue has been empty this long; seconds. */
const COOLDOWN_PERIOD = 20;

export interface KedaScalingOptions {
  readonly context: Context;
  /** Of the Deployment that is scaled. */
  readonly object: ObjectName;
  readonly queue: string;
  /** Messages, those in work included, for which there is one replica. */
  readonly messagesPerReplica: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}

/**
 * Replicas by queue depth. When the depth cannot be read, the replicas stay, and are at least the baseline.
 * Messages in work count: without them the last of them would be scaled away.
 */
export function kedaScaling(scope: Construct, options: KedaScalingOptions): void {
  const { object, minReplicas, maxReplicas, scaleUp, scaleDown } = options;
  const spec: ScaledObjectSpec = {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: object.name },
    // From one replica on the autoscaler asks by itself, and KEDA warns of intervals that mean nothing.
    ...(minReplicas === 0
      ? { pollingInterval: POLLING_INTERVAL, cooldownPeriod: COOLDOWN_PERIOD }
      : {}),
    minReplicaCount: minReplicas,
    maxReplicaCount: maxReplicas,
    fallback: {
      failureThreshold: 3,
      replicas: Math.max(1, minReplicas),
      behavior: "currentReplicasIfHigher",
    },
    advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleUp, scaleDown } } },
    triggers: [trigger(options)],
  };
  customResource(scope, "scaled-object", SCALED_OBJECT, { ...object, spec });
}

function trigger({ context, queue, messagesPerReplica }: KedaScalingOptions): SqsTrigger {
  const { env, names } = context;
  const local = localEndpoint(names.namespaces.workloads);
  return {
    type: "aws-sqs-queue",
    name: "depth",
    metricType: "AverageValue",
    authenticationRef: { name: AUTHENTICATION },
    metadata: {
      // A bare name: its URL would carry the account.
      queueURL: env.aws === undefined ? `${local}/${LOCAL_STACK.accountId}/${queue}` : queue,
      queueLength: String(messagesPerReplica),
      activationQueueLength: "0",
      awsRegion: regionOf(env),
      ...(env.aws === undefined ? { awsEndpoint: local } : {}),
      scaleOnInFlight: "true",
    },
  };
}

/** KEDA lives in another namespace than the local stack. */
function localEndpoint(namespace: string): string {
  return `http://${LOCAL_STACK.service}.${namespace}:${LOCAL_STACK.ports.sqsS3}`;
}

/** Who KEDA is when it asks for a queue's depth: its operator's own Pod Identity, or the local stack's test keys. */
export function triggerAuthentication(scope: Construct, { env, names }: Context): void {
  const key = (parameter: "awsAccessKeyID" | "awsSecretAccessKey", name: string) => ({
    parameter,
    name: LOCAL_AWS_SECRET,
    key: name,
  });
  customResource(scope, "trigger-authentication", TRIGGER_AUTHENTICATION, {
    name: AUTHENTICATION,
    namespace: names.namespaces.workloads,
    component: "platform",
    spec:
      env.aws === undefined
        ? {
            secretTargetRef: [
              key("awsAccessKeyID", "AWS_ACCESS_KEY_ID"),
              key("awsSecretAccessKey", "AWS_SECRET_ACCESS_KEY"),
            ],
          }
        : { podIdentity: { provider: "aws" } },
  });
}
