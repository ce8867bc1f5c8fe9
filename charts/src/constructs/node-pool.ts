import type { Construct } from "constructs";
import { customResource } from "../resources/custom-resource.ts";
import {
  type Budget,
  EC2_NODE_CLASS,
  type Ec2NodeClassSpec,
  NODE_POOL,
  type NodePoolSpec,
  type Requirement,
  type Taint,
} from "../resources/karpenter.ts";
import { POOL_LABEL } from "./placement.ts";

export interface NodePoolOptions {
  readonly name: string;
  readonly nodeClass: string;
  readonly capacityType: "on-demand" | "spot";
  /** The pool with more is tried first. */
  readonly weight: number;
  /** The cost ceiling. */
  readonly limits: { readonly cpu: number; readonly memory: string };
  readonly taints?: readonly Taint[];
  /** Instance types to choose among, at least: the fewer, the sooner Spot has none. */
  readonly minInstanceTypes?: number;
  readonly consolidateAfter: string;
  readonly budgets: readonly Budget[];
  /** A node is replaced by then, however well it does. */
  readonly expireAfter: string;
  /** A node that is to go waits no longer for its pods. */
  readonly terminationGracePeriod: string;
}

/** Nodes of one kind, started by Karpenter when a pod fits nowhere. */
export function nodePool(scope: Construct, options: NodePoolOptions): void {
  const { name, limits, taints, consolidateAfter, budgets } = options;
  const spec: NodePoolSpec = {
    weight: options.weight,
    limits: { cpu: String(limits.cpu), memory: limits.memory },
    disruption: {
      consolidationPolicy: "WhenEmptyOrUnderutilized",
      consolidateAfter,
      budgets,
    },
    template: {
      metadata: { labels: { [POOL_LABEL]: name } },
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: options.nodeClass },
        requirements: requirementsOf(options),
        ...(taints === undefined ? {} : { taints }),
        expireAfter: options.expireAfter,
        terminationGracePeriod: options.terminationGracePeriod,
      },
    },
  };
  customResource(scope, `pool-${name}`, NODE_POOL, { name, component: "nodes", spec });
}

function requirementsOf({ capacityType, minInstanceTypes }: NodePoolOptions): Requirement[] {
  const among = (key: string, ...values: string[]): Requirement => ({
    key,
    operator: "In",
    values,
  });
  return [
    among("karpenter.sh/capacity-type", capacityType),
    among("kubernetes.io/arch", "amd64"),
    among("kubernetes.io/os", "linux"),
    among("karpenter.k8s.aws/instance-category", "c", "m", "r"),
    { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["5"] },
    among("karpenter.k8s.aws/instance-cpu", "2", "4", "8"),
    ...(minInstanceTypes === undefined
      ? []
      : [
          {
            key: "node.kubernetes.io/instance-type",
            operator: "Exists" as const,
            minValues: minInstanceTypes,
          },
        ]),
  ];
}

export interface NodeClassOptions {
  readonly name: string;
  readonly role: string;
  readonly discoveryTag: string;
  readonly amiAlias: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a node is made of: a pinned image, encrypted disks, and no way for a pod to the instance's own credentials. */
export function nodeClass(scope: Construct, options: NodeClassOptions): void {
  const { name, role, discoveryTag, amiAlias, tags } = options;
  const discovered = [{ tags: { "karpenter.sh/discovery": discoveryTag } }];
  const disk = (deviceName: string, volumeSize: string) => ({
    deviceName,
    ebs: {
      volumeSize,
      volumeType: "gp3" as const,
      encrypted: true as const,
      deleteOnTermination: true as const,
    },
  });
  // Bottlerocket keeps its system on one disk and images and logs on another.
  const disks = amiAlias.startsWith("bottlerocket")
    ? [disk("/dev/xvda", "4Gi"), disk("/dev/xvdb", "20Gi")]
    : [disk("/dev/xvda", "20Gi")];
  const spec: Ec2NodeClassSpec = {
    role,
    amiSelectorTerms: [{ alias: amiAlias }],
    subnetSelectorTerms: discovered,
    securityGroupSelectorTerms: discovered,
    metadataOptions: {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    },
    blockDeviceMappings: disks,
    tags,
  };
  customResource(scope, "node-class", EC2_NODE_CLASS, { name, component: "nodes", spec });
}
