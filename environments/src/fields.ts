import { z } from "zod";

const whole = (min: number, max: number) => z.number().int().min(min).max(max);
const decimal = z.string().regex(/^\d+(\.\d{1,18})?$/, "a decimal such as 0.1");
const kebab = z.string().regex(/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/, "lower-case, at most 20");
const cidr = z.cidrv4();
const quantity = {
  cpu: z.string().regex(/^\d+m?$/, "a CPU quantity such as 500m"),
  memory: z.string().regex(/^\d+(Mi|Gi)$/, "a memory quantity such as 512Mi"),
};

/** What a container asks for; memory is limited to the same, CPU is not limited. */
const resources = z.strictObject(quantity);

/** The replicas of a worker and how it ends. Each says what it waits for, so that contradictions show. */
const worker = {
  minReplicas: whole(0, 100),
  maxReplicas: whole(1, 100),
  /** Extra pods during a rollout. */
  surge: whole(0, 10),
  /** One message, from receiving it to answering the queue, at its slowest; seconds. */
  longestWorkSeconds: whole(1, 3_600),
  visibilityTimeoutSeconds: whole(5, 3_600),
  /** After SIGTERM the program ends by itself within this; the constant in its main.ts. */
  drainSeconds: whole(5, 300),
  /** How long fewer replicas must have been enough before any is taken away. */
  scaleInAfterSeconds: whole(0, 3_600),
  /** After SIGTERM Kubernetes kills the pod; covers the drain and the kubelet's own delay. */
  terminationGraceSeconds: whole(5, 330),
  resources,
};

const region = z.string().regex(/^[a-z]{2}-[a-z]+-\d$/, "an AWS region such as eu-west-1");

/** On-demand nodes for the operators, which must not run on nodes that they make. */
const systemNodes = z.strictObject({
  instanceType: z
    .string()
    .regex(/^[a-z0-9-]+\.[a-z0-9]+$/)
    .default("m6a.large"),
  count: whole(2, 10).default(2),
});

const aws = z.strictObject({
  region,
  /** Makes the bucket's name unique in the world. */
  bucketSuffix: z.string().regex(/^[a-z0-9]{4,8}$/, "4 to 8 lower-case letters and digits"),
  vpcCidr: cidr,
  zones: whole(2, 3).default(3),
  kubernetesVersion: z.enum(["1.34", "1.35"]).default("1.35"),
  /** Who may reach the API server over the internet; empty: nobody, it is private. */
  apiAccessCidrs: z.array(cidr).default([]),
  /** Where the environment would move, and the addresses kept for it there. */
  standby: z.strictObject({ region, vpcCidr: cidr }).optional(),
  /** Gateways to the internet, which cost as long as they exist; by default one in each zone. */
  natGateways: whole(1, 3).optional(),
  /** Ways to AWS's services that stay inside the VPC; without them calls go out by NAT, still encrypted. */
  interfaceEndpoints: z.boolean().default(true),
  systemNodes: systemNodes.prefault({}),
  /** What a month may cost; alarms at 85 and 100 %. */
  monthlyBudgetUsd: whole(1, 1_000_000).default(1_500),
  /** Who is written to when an alarm goes off. */
  alarmEmails: z.array(z.email()).default([]),
  logRetentionDays: z.literal([7, 14, 30, 90, 180, 365]).default(90),
  /** What one query may read; GiB. */
  queryScanLimitGib: whole(1, 10_000).default(10),
  /** What holds data outlives the environment. */
  retainData: z.boolean().default(true),
  /** Makes what an account has once: GitHub's identity provider, and the image repositories. */
  ownsAccount: z.boolean().default(false),
  /** A signing key that is already there: a rebuilt environment goes on with the account it had. */
  signingKeyId: z.uuid().optional(),
});

const images = z.strictObject({
  /** What comes before the program in an image's name; without a host, the images are loaded into the nodes by hand. */
  registry: z.string().min(1).default("weft"),
  /** Named until the lock file has digests. */
  tag: z
    .string()
    .regex(/^[\w.-]{1,60}$/)
    .default("0.1.0"),
});

/** Budgets over all pods of a kind; each pod gets its share of the largest number of pods there may be. */
const gateway = z.strictObject({
  indexingInFlight: whole(1, 1_000).default(16),
  /** What the executors read. */
  liquidationInFlight: whole(1, 1_000).default(50),
  /** Beside them: submissions, and asking how they ended. */
  finalityInFlight: whole(1, 1_000).default(10),
  indexingRequestsPerSecond: whole(1, 10_000).default(100),
  liquidationRequestsPerSecond: whole(1, 10_000).default(300),
  maxHeadAgeSeconds: whole(5, 3_600).default(120),
});

const fraction = z
  .string()
  .regex(/^(0|[1-9]\d{0,3})(\.\d{1,18})?$/, "a fraction such as 0.2")
  .refine((text) => /[1-9]/.test(text), "must be above 0");

/** How far a price may go before a second opinion is wanted; docs/price-guard.md says why these. */
const priceGuard = z.strictObject({
  band: fraction.default("0.2"),
  extremeFactor: fraction.refine((text) => Number(text) >= 2, "must be at least 2").default("10"),
  hourBand: fraction.default("0.35"),
  dayBand: fraction.default("0.5"),
  agreement: fraction.default("0.05"),
  maxAgeSeconds: whole(60, 86_400).default(14_400),
  /** A source of prices that has nothing to do with the ledger's feed; without one, small lies are believed. */
  referenceUrl: z.url({ protocol: /^https?$/ }).optional(),
  referenceTolerance: fraction.default("0.01"),
  referenceMaxAgeSeconds: whole(5, 3_600).default(300),
});

const dispatcher = z.strictObject({
  everyMinutes: z.union([1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].map((n) => z.literal(n))).default(5),
  timeZone: z.string().min(1).default("Etc/UTC"),
  batchSize: whole(1, 5_000).default(500),
  /** A run that takes longer is killed, and tried again. */
  activeDeadlineSeconds: whole(30, 3_600).default(240),
  drainSeconds: whole(5, 300).default(20),
  terminationGraceSeconds: whole(5, 330).default(25),
  resources: resources.default({ cpu: "250m", memory: "256Mi" }),
});

const indexer = z.strictObject({
  ...worker,
  minReplicas: worker.minReplicas.default(1),
  maxReplicas: worker.maxReplicas.default(4),
  surge: worker.surge.default(1),
  longestWorkSeconds: worker.longestWorkSeconds.default(60),
  visibilityTimeoutSeconds: worker.visibilityTimeoutSeconds.default(120),
  drainSeconds: worker.drainSeconds.default(60),
  terminationGraceSeconds: worker.terminationGraceSeconds.default(75),
  scaleInAfterSeconds: worker.scaleInAfterSeconds.default(120),
  /** Messages on the queue, those in work included, for which there is one replica. */
  messagesPerReplica: whole(1, 1_000).default(30),
  batchesInFlight: whole(1, 50).default(6),
  confirmFromLtv: decimal.default("0.99"),
  resources: resources.default({ cpu: "1", memory: "768Mi" }),
});

/** The hour the environment is built for. */
const designBurst = z.strictObject({
  candidates: whole(1, 100_000).default(1_500),
  /** Four Gateway calls of 100 ms and three table writes of 10 ms. */
  millisecondsPerCandidate: whole(1, 60_000).default(430),
  submittedWithinSeconds: whole(1, 3_600).default(25),
});

const liquidator = z.strictObject({
  ...worker,
  minReplicas: worker.minReplicas.default(4),
  maxReplicas: worker.maxReplicas.default(5),
  surge: worker.surge.default(0),
  longestWorkSeconds: worker.longestWorkSeconds.default(20),
  visibilityTimeoutSeconds: worker.visibilityTimeoutSeconds.default(60),
  drainSeconds: worker.drainSeconds.default(30),
  terminationGraceSeconds: worker.terminationGraceSeconds.default(40),
  scaleInAfterSeconds: worker.scaleInAfterSeconds.default(300),
  /** Candidates one pod works on at once, and messages for which there is one replica. */
  executorsPerPod: whole(1, 50).default(10),
  /** A CDP is held until it is repaid as far as it must be, in several commits of 5 s: a burst over the pods, and room to spare. */
  messagesInFlight: whole(1, 1_000).default(400),
  /** Placeholder pods of the liquidator's size that give way to it. */
  headroomPods: whole(0, 10).default(1),
  signer: z.enum(["none", "file", "kms"]).default("none"),
  /** The Radix account that liquidates: with `kms`, the one that the key must be that of. */
  account: z
    .string()
    .regex(/^account_[a-z0-9_]+$/, "an account address")
    .optional(),
  dryRun: z.boolean().default(true),
  minProfitXrd: decimal.default("0.1"),
  /** What `lock_fee` locks: the most one transaction may cost. */
  feeLockXrd: decimal.default("10"),
  maxSlippage: decimal.default("0.01"),
  /** What one liquidation may lose to protect the protocol; above 0, `minProfitXrd` does not count. */
  allowLossXrd: decimal.default("0"),
  loanDustXrd: decimal.default("1"),
  flashLoans: z.boolean().default(true),
  /** Pools to swap in, as `component=resource/resource`; docs/liquidation.md says which kind. */
  swapPools: z
    .array(
      z
        .string()
        .regex(
          /^component_[a-z0-9_]+=resource_[a-z0-9_]+\/resource_[a-z0-9_]+$/,
          "component=resource/resource",
        ),
    )
    .default([]),
  maxSwapLoss: decimal.default("0.02"),
  /** What has to stay in the account, by resource. */
  inventoryKeep: z.record(z.string().regex(/^resource_[a-z0-9_]+$/), decimal).default({}),
  /** How long a signed transaction is valid, and for how long a new table signs nothing; epochs. */
  epochWindow: whole(2, 100).default(2),
  holdFireEpochs: whole(2, 1_000).default(2),
  /** Fees of an hour, over all executors. */
  spendCeilingXrdPerHour: decimal.default("20000"),
  /** Balance of XRD below which the alert goes off: fees, and what is lent in XRD. */
  minBalanceXrd: decimal.default("1000"),
  designBurst: designBurst.prefault({}),
  resources: resources.default({ cpu: "500m", memory: "768Mi" }),
});

/** The cost ceiling: Karpenter starts no node past these. */
const pool = (cpu: number, memory: string) =>
  z.strictObject({
    cpu: whole(1, 10_000).default(cpu),
    memory: quantity.memory.default(memory),
  });
const nodePools = z.strictObject({
  baseline: pool(16, "64Gi").prefault({}),
  burst: pool(32, "128Gi").prefault({}),
  /** Pinned: a newer image replaces every node. */
  amiAlias: z
    .string()
    .regex(/^(bottlerocket|al2023)@v\S+$/, "pinned")
    .default("bottlerocket@v1.51.0"),
});

const telemetry = z.strictObject({
  /** `grafana-agent` renders the original image, which is past its end of life. */
  collector: z.enum(["alloy", "grafana-agent"]).default("alloy"),
  metricsUrl: z.url({ protocol: /^https$/ }),
  logsUrl: z.url({ protocol: /^https$/ }),
  scrapeIntervalSeconds: whole(15, 60).default(30),
});

const delivery = z.strictObject({
  repositoryUrl: z.url({ protocol: /^https$/ }),
  revision: z.string().min(1).default("main"),
});

/** The ledgers this backend knows. */
const NETWORKS = ["mainnet", "stokenet", "simulator"] as const;
export type Network = (typeof NETWORKS)[number];

/** Every field of an environment, each valid by itself. */
export const environmentFields = z.strictObject({
  name: kebab,
  network: z.enum(NETWORKS),
  /** Absent: a cluster with nothing around it, served by `local/`. */
  aws: aws.optional(),
  images: images.prefault({}),
  gateway: gateway.prefault({}),
  priceGuard: priceGuard.prefault({}),
  dispatcher: dispatcher.prefault({}),
  indexer: indexer.prefault({}),
  liquidator: liquidator.prefault({}),
  nodePools: nodePools.prefault({}),
  telemetry: telemetry.optional(),
  delivery: delivery.optional(),
});

export type EnvironmentInput = z.input<typeof environmentFields>;
export type Environment = z.output<typeof environmentFields>;
export type Resources = z.output<typeof resources>;
