import type { Bounds } from "./traffic.ts";

/** An object of the manifests, as far as it is looked at here. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
}

/** Pods of one kind: what each asks for, how many there are without an autoscaler, where they run. */
export interface Pods {
  readonly name: string;
  readonly replicas: number;
  readonly cpu: string;
  readonly memory: string;
  readonly pool: string;
}

/** A node pool of Karpenter: what it may start. */
export interface Pool {
  readonly name: string;
  readonly spot: boolean;
  readonly categories: readonly string[];
  readonly cpus: readonly number[];
  readonly generationAbove: number;
  readonly diskGb: number;
}

interface PodSpec {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly { readonly key?: string }[];
  readonly containers: readonly {
    readonly resources: { readonly requests: { readonly cpu: string; readonly memory: string } };
  }[];
}

const POOL_LABEL = "weft.finance/pool";

/** A CronJob's pod counts as always there: it comes every few minutes, and finds its room kept. */
export function podsOf(manifests: readonly Manifest[]): Pods[] {
  return manifests.flatMap(({ kind, metadata: { name }, spec }) => {
    if (kind !== "Deployment" && kind !== "CronJob") return [];
    const owner = spec as {
      replicas?: number;
      template?: { spec: PodSpec };
      jobTemplate?: { spec: { template: { spec: PodSpec } } };
    };
    const pod = owner.template?.spec ?? owner.jobTemplate?.spec.template.spec;
    const [container] = pod?.containers ?? [];
    if (pod === undefined || container === undefined) return [];
    const { cpu, memory } = container.resources.requests;
    // Who is tied to no pool prefers Spot: the indexers.
    const pool = pod.nodeSelector?.[POOL_LABEL] ?? "burst";
    return [{ ...{ name, replicas: owner.replicas ?? 1, cpu, memory, pool } }];
  });
}

/** Replicas that KEDA may give, by Deployment. */
export function workersOf(manifests: readonly Manifest[]): Readonly<Record<string, Bounds>> {
  const bounds = manifests
    .filter(({ kind }) => kind === "ScaledObject")
    .map(({ spec }) => {
      const { scaleTargetRef, minReplicaCount, maxReplicaCount } = spec as {
        scaleTargetRef: { name: string };
        minReplicaCount: number;
        maxReplicaCount: number;
      };
      return [scaleTargetRef.name, { min: minReplicaCount, max: maxReplicaCount }] as const;
    });
  return Object.fromEntries(bounds);
}

interface NodePoolSpec {
  readonly template: {
    readonly spec: {
      readonly nodeClassRef: { readonly name: string };
      readonly requirements: readonly {
        readonly key: string;
        readonly values?: readonly string[];
      }[];
    };
  };
}

interface NodeClassSpec {
  readonly blockDeviceMappings: readonly { readonly ebs: { readonly volumeSize: string } }[];
}

export function nodePoolsOf(manifests: readonly Manifest[]): Pool[] {
  return manifests
    .filter(({ kind }) => kind === "NodePool")
    .map(({ metadata: { name }, spec }) => {
      const { requirements, nodeClassRef } = (spec as NodePoolSpec).template.spec;
      const values = (key: string) =>
        requirements.find((one) => one.key.endsWith(key))?.values ?? [];
      const nodeClass = manifests.find(
        (one) => one.kind === "EC2NodeClass" && one.metadata.name === nodeClassRef.name,
      )?.spec as NodeClassSpec | undefined;
      const disks = nodeClass?.blockDeviceMappings ?? [];
      return {
        name,
        spot: values("/capacity-type").includes("spot"),
        categories: values("/instance-category"),
        cpus: values("/instance-cpu").map(Number),
        generationAbove: Number(values("/instance-generation")[0] ?? 0),
        diskGb: disks.reduce((sum, { ebs }) => sum + Number.parseInt(ebs.volumeSize, 10), 0),
      };
    });
}
