import type { Pool } from "./manifests.ts";
import { INSTANCES, type Instance, type Price, type PricedRegion } from "./prices.ts";

/** What a pod asks of a node. */
export interface PodRequest {
  readonly millicores: number;
  readonly mebibytes: number;
}

export interface Nodes {
  readonly type: string;
  readonly count: number;
  /** Of one, on demand. */
  readonly price: Price;
}

/** What the kubelet, the node's own pods and eviction keep: EKS's formula, and the requests of the CNI and kube-proxy. */
const KEPT_MILLICORES: Readonly<Record<number, number>> = { 2: 70, 4: 80, 8: 90 };
const OWN_PODS_MILLICORES = 150;
const KEPT_MEBIBYTES: Readonly<Record<number, number>> = { 2: 674, 4: 993, 8: 993 };
/** Bottlerocket and the hypervisor take some before Kubernetes counts. */
const SEEN_SHARE = 0.93;

/**
 * The cheapest set of nodes of one size that holds the pods, each pod where it fits first, the largest first. Karpenter
 * may mix sizes and do a little better.
 *
 * @throws {Error} when no size that the pool allows and that has a price holds the largest pod
 */
export function cheapestNodes(
  pods: readonly PodRequest[],
  pool: Pool,
  region: PricedRegion,
): Nodes {
  const sets = INSTANCES.filter(
    ({ category, cpus, generation }) =>
      pool.categories.includes(category) &&
      pool.cpus.includes(cpus) &&
      generation > pool.generationAbove,
  ).flatMap((instance) => {
    const count = nodesNeeded(pods, instance);
    return count === undefined
      ? []
      : [{ instance, count, usd: count * instance.onDemand.usd[region] }];
  });
  const [best] = sets.sort((one, other) => one.usd - other.usd);
  if (best === undefined)
    throw new Error(`pool ${pool.name}: no priced size holds its largest pod`);
  return { type: best.instance.type, count: best.count, price: best.instance.onDemand };
}

/** How many it takes; undefined when one pod alone is too large. */
export function nodesNeeded(pods: readonly PodRequest[], instance: Instance): number | undefined {
  const room = {
    millicores: instance.cpus * 1_000 - (KEPT_MILLICORES[instance.cpus] ?? 0) - OWN_PODS_MILLICORES,
    mebibytes: instance.memoryGib * 1_024 * SEEN_SHARE - (KEPT_MEBIBYTES[instance.cpus] ?? 0),
  };
  const nodes: { millicores: number; mebibytes: number }[] = [];
  for (const pod of [...pods].sort((one, other) => other.millicores - one.millicores)) {
    if (pod.millicores > room.millicores || pod.mebibytes > room.mebibytes) return undefined;
    const fits = nodes.find(
      (node) => node.millicores >= pod.millicores && node.mebibytes >= pod.mebibytes,
    );
    const node = fits ?? { ...room };
    if (fits === undefined) nodes.push(node);
    node.millicores -= pod.millicores;
    node.mebibytes -= pod.mebibytes;
  }
  return nodes.length;
}
