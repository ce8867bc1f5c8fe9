import { mebibytes, millicores } from "@weft/environments";
import type { Line } from "./line.ts";
import { type Manifest, nodePoolsOf, type Pool, podsOf, workersOf } from "./manifests.ts";
import { cheapestNodes, type PodRequest } from "./pack-nodes.ts";
import { PRICES, type Price, type PricedRegion, SPOT_SHARE } from "./prices.ts";
import { type Amounts, ASSUMED, HOURS, standing } from "./traffic.ts";

/**
 * What the manifests ask for costs: the nodes that Karpenter would start for the pods' requests, their disks, and what
 * operators and the collector ask of AWS. In a crash every worker has all the replicas that KEDA may give it, for an hour.
 */
export function manifestLines(manifests: readonly Manifest[], region: PricedRegion): Line[] {
  const workers = workersOf(manifests);
  const lines = nodePoolsOf(manifests).flatMap((pool) => {
    const requests = (bound: "min" | "max") =>
      podsOf(manifests)
        .filter((pod) => pod.pool === pool.name)
        .flatMap(({ name, replicas, cpu, memory }) =>
          Array.from(
            { length: workers[name]?.[bound] ?? replicas },
            (): PodRequest => ({
              ...{ millicores: millicores(cpu), mebibytes: mebibytes(memory) },
            }),
          ),
        );
    return poolLines(pool, [requests("min"), requests("max")], region);
  });
  return [...lines, ...askingLines(manifests)];
}

function poolLines(
  pool: Pool,
  [least, most]: readonly [readonly PodRequest[], readonly PodRequest[]],
  region: PricedRegion,
): Line[] {
  const always = cheapestNodes(least, pool, region);
  const crash = cheapestNodes(most, pool, region);
  const nodes = (what: string, { price, count }: { price: Price; count: Amounts }): Line => ({
    kind: pool.spot ? "burstNodes" : "nodes",
    what: `${pool.name} nodes, ${what}`,
    price: pool.spot ? spotPrice(price) : price,
    amounts: count,
  });
  // Only what the hour adds: nodes of the same size join those that are there.
  const added = always.type === crash.type ? crash.count - always.count : crash.count;
  const disk = (count: number, hours: number) => (count * pool.diskGb * hours) / HOURS;
  return [
    nodes(always.type, { price: always.price, count: standing(always.count * HOURS) }),
    nodes(`${crash.type}, for the hour`, {
      price: crash.price,
      count: { idle: 0, typical: 0, crash: Math.max(0, added) },
    }),
    {
      kind: "disks",
      what: "disks of nodes",
      price: PRICES.disk,
      amounts: { ...standing(disk(always.count, HOURS)), crash: disk(Math.max(0, added), 1) },
    },
  ];
}

/** Spot follows the price on demand by a share that is usual, no more. */
function spotPrice({ unit, usd }: Price): Price {
  const share = (region: PricedRegion) => usd[region] * SPOT_SHARE;
  return {
    unit,
    source: "ec2/spot/pricing",
    usd: {
      "eu-west-1": share("eu-west-1"),
      "eu-central-1": share("eu-central-1"),
      "us-east-1": share("us-east-1"),
    },
  };
}

/** Secrets that External Secrets fetches, metrics that the collector asks CloudWatch for. */
function askingLines(manifests: readonly Manifest[]): Line[] {
  const text = JSON.stringify(manifests);
  const secrets = new Set(
    [...text.matchAll(/"remoteRef":\{"key":"([^"]+)"/g)].map(([, key]) => key),
  );
  const metrics = [...text.matchAll(/\bmetric \{/g)].length;
  const reads = secrets.size * ASSUMED.secretReadsPerHour * HOURS;
  const asked = metrics * ASSUMED.collectorReadsPerHour * HOURS;
  return [
    { kind: "secrets", what: "secrets", price: PRICES.secret, amounts: standing(secrets.size) },
    {
      kind: "secrets",
      what: "secrets, read",
      price: PRICES.secretReads,
      amounts: standing(reads / 10_000),
    },
    {
      kind: "watching",
      what: "metrics read from CloudWatch",
      price: PRICES.metricsRead,
      amounts: standing(asked / 1_000),
    },
  ];
}
