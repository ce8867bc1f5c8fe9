/** The regions that have prices here. */
const PRICED_REGIONS = ["eu-west-1", "eu-central-1", "us-east-1"] as const;
export type PricedRegion = (typeof PRICED_REGIONS)[number];

/** A list price, in USD without tax, per one of its unit; free tiers and discounts are left out. */
export interface Price {
  readonly unit: string;
  /** Where AWS publishes it: a page of aws.amazon.com. */
  readonly source: string;
  readonly usd: Readonly<Record<PricedRegion, number>>;
}

/**
 * What the prices below were as far as is known without an account: AWS's price list was not asked, a few figures were
 * compared with public pages. Refresh from the source pages, or from the AWS Price List API, and move the date.
 */
export const PRICES_AS_OF = "2025-06-30";

const price = (
  unit: string,
  source: string,
  ...[euWest1, euCentral1, usEast1]: PriceRow
): Price => ({
  unit,
  source,
  usd: { "eu-west-1": euWest1, "eu-central-1": euCentral1, "us-east-1": usEast1 },
});
type PriceRow = readonly [euWest1: number, euCentral1: number, usEast1: number];

/** In each row: eu-west-1, eu-central-1, us-east-1. */
export const PRICES = {
  eksCluster: price("cluster-hour", "eks/pricing", 0.1, 0.1, 0.1),
  natGateway: price("gateway-hour", "vpc/pricing", 0.048, 0.052, 0.045),
  natData: price("GB", "vpc/pricing", 0.048, 0.052, 0.045),
  publicIpv4: price("address-hour", "vpc/pricing", 0.005, 0.005, 0.005),
  interfaceEndpoint: price("endpoint-zone-hour", "privatelink/pricing", 0.011, 0.012, 0.01),
  endpointData: price("GB", "privatelink/pricing", 0.01, 0.01, 0.01),
  transferOut: price("GB", "ec2/pricing/on-demand", 0.09, 0.09, 0.09),
  transferBetweenZones: price("GB", "ec2/pricing/on-demand", 0.02, 0.02, 0.02),
  transferBetweenRegions: price("GB", "ec2/pricing/on-demand", 0.02, 0.02, 0.02),
  disk: price("GB-month", "ebs/pricing", 0.088, 0.0952, 0.08),
  sqsStandard: price("million requests", "sqs/pricing", 0.4, 0.4, 0.4),
  sqsFifo: price("million requests", "sqs/pricing", 0.5, 0.5, 0.5),
  tableWrites: price("million write units", "dynamodb/pricing/on-demand", 0.705, 0.7625, 0.625),
  tableReads: price("million read units", "dynamodb/pricing/on-demand", 0.1415, 0.1525, 0.125),
  tableStorage: price("GB-month", "dynamodb/pricing/on-demand", 0.283, 0.306, 0.25),
  tableRecovery: price("GB-month", "dynamodb/pricing/on-demand", 0.2264, 0.2448, 0.2),
  objectWrites: price("thousand requests", "s3/pricing", 0.005, 0.0054, 0.005),
  objectReads: price("thousand requests", "s3/pricing", 0.0004, 0.00043, 0.0004),
  objectStorage: price("GB-month", "s3/pricing", 0.023, 0.0245, 0.023),
  kmsKey: price("key-month", "kms/pricing", 1, 1, 1),
  kmsSignature: price("ten thousand requests", "kms/pricing", 0.15, 0.15, 0.15),
  alarm: price("alarm-month", "cloudwatch/pricing", 0.1, 0.1, 0.1),
  metricsRead: price("thousand metrics", "cloudwatch/pricing", 0.01, 0.01, 0.01),
  logsWritten: price("GB", "cloudwatch/pricing", 0.57, 0.63, 0.5),
  logsKept: price("GB-month", "cloudwatch/pricing", 0.03, 0.0324, 0.03),
  images: price("GB-month", "ecr/pricing", 0.1, 0.1, 0.1),
  secret: price("secret-month", "secrets-manager/pricing", 0.4, 0.4, 0.4),
  secretReads: price("ten thousand requests", "secrets-manager/pricing", 0.05, 0.05, 0.05),
  notifications: price("million requests", "sns/pricing", 0.5, 0.5, 0.5),
  scanned: price("TB", "athena/pricing", 5, 5, 5),
} satisfies Readonly<Record<string, Price>>;

/** A size of EC2 instance, and what an hour of it costs on demand under Linux. */
export interface Instance {
  readonly type: string;
  readonly category: string;
  readonly generation: number;
  readonly cpus: number;
  readonly memoryGib: number;
  readonly onDemand: Price;
}

const instances = (
  family: string,
  [category, generation, gibPerCpu]: readonly [string, number, number],
  large: PriceRow,
): Instance[] =>
  [
    ["large", 2],
    ["xlarge", 4],
    ["2xlarge", 8],
  ].map(([size, cpus]) => {
    const [a, b, c] = large.map((usd) => (usd * Number(cpus)) / 2) as [number, number, number];
    return {
      type: `${family}.${size}`,
      ...{ category, generation, cpus: Number(cpus), memoryGib: Number(cpus) * gibPerCpu },
      onDemand: price("instance-hour", "ec2/pricing/on-demand", a, b, c),
    };
  });

/** Sizes double in price as they double in CPUs. t3 is there for system nodes only. */
export const INSTANCES: readonly Instance[] = [
  ...instances("c6a", ["c", 6, 2], [0.08208, 0.0873, 0.0765]),
  ...instances("c6i", ["c", 6, 2], [0.0912, 0.097, 0.085]),
  ...instances("m6a", ["m", 6, 4], [0.0963, 0.1035, 0.0864]),
  ...instances("m6i", ["m", 6, 4], [0.107, 0.115, 0.096]),
  ...instances("r6i", ["r", 6, 8], [0.141, 0.152, 0.126]),
  ...instances("t3", ["t", 3, 4], [0.0912, 0.096, 0.0832]),
];

/** What Spot costs of the price on demand, usually: it changes by the hour (ec2/spot/pricing). */
export const SPOT_SHARE = 0.4;

/** @throws {Error} naming the region and those that have prices */
export function pricedRegion(region: string): PricedRegion {
  const found = PRICED_REGIONS.find((one) => one === region);
  if (found !== undefined) return found;
  throw new Error(
    `region ${region} has no prices: add it to infra/src/cost/prices.ts, which has ${PRICED_REGIONS.join(", ")}`,
  );
}

/** @throws {Error} naming the type */
export function instanceNamed(type: string): Instance {
  const found = INSTANCES.find((one) => one.type === type);
  if (found !== undefined) return found;
  throw new Error(`instance type ${type} has no price: add it to infra/src/cost/prices.ts`);
}
