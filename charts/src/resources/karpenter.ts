import type { ResourceType } from "./custom-resource.ts";

/** karpenter.sh/v1 and karpenter.k8s.aws/v1, as of Karpenter 1.14. */
export const NODE_POOL: ResourceType<NodePoolSpec> = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
};
export const EC2_NODE_CLASS: ResourceType<Ec2NodeClassSpec> = {
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
};

export interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
  readonly values?: readonly string[];
  readonly minValues?: number;
}

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

export interface Budget {
  readonly nodes: string;
  readonly reasons?: readonly ("Drifted" | "Underutilized" | "Empty")[];
}

export interface NodePoolSpec {
  readonly weight: number;
  readonly limits: { readonly cpu: string; readonly memory: string };
  readonly disruption: {
    readonly consolidationPolicy: "WhenEmpty" | "WhenEmptyOrUnderutilized";
    readonly consolidateAfter: string;
    readonly budgets: readonly Budget[];
  };
  readonly template: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: {
      readonly nodeClassRef: {
        readonly group: "karpenter.k8s.aws";
        readonly kind: "EC2NodeClass";
        readonly name: string;
      };
      readonly requirements: readonly Requirement[];
      readonly taints?: readonly Taint[];
      readonly expireAfter: string;
      readonly terminationGracePeriod: string;
    };
  };
}

export interface Ec2NodeClassSpec {
  readonly role: string;
  readonly amiSelectorTerms: readonly { readonly alias: string }[];
  readonly subnetSelectorTerms: readonly SelectorTerm[];
  readonly securityGroupSelectorTerms: readonly SelectorTerm[];
  readonly metadataOptions: {
    readonly httpEndpoint: "enabled";
    readonly httpTokens: "required";
    readonly httpPutResponseHopLimit: 1;
  };
  readonly blockDeviceMappings: readonly {
    readonly deviceName: string;
    readonly ebs: {
      readonly volumeSize: string;
      readonly volumeType: "gp3";
      readonly encrypted: true;
      readonly deleteOnTermination: true;
    };
  }[];
  readonly tags: Readonly<Record<string, string>>;
}

interface SelectorTerm {
  readonly tags: Readonly<Record<string, string>>;
}
