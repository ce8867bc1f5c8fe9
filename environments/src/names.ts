import type { Environment } from "./fields.ts";

/** Programs and operators that have an identity, each a service account. */
export type Identity =
  | "dispatcher"
  | "indexer"
  | "liquidator"
  | "collector"
  | "keda"
  | "karpenter"
  | "externalSecrets";

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

export interface Names {
  /** Of the cluster, and of the queue that Karpenter hears of interruptions from. */
  readonly cluster: string;
  readonly namespaces: typeof NAMESPACES;
  /** What Pod Identity ties roles to: the whole contract between manifests and infrastructure. */
  readonly serviceAccounts: Readonly<Record<Identity, ServiceAccountName>>;
  readonly queues: {
    readonly index: string;
    readonly indexDeadLetter: string;
    readonly liquidation: string;
    readonly liquidationDeadLetter: string;
  };
  /** DynamoDB. */
  readonly stateTable: string;
  /** S3. */
  readonly dataBucket: string;
  /** The IAM role of the nodes that Karpenter starts. */
  readonly nodeRole: string;
  /** KMS: the key that signs transactions, as the liquidator asks for it. */
  readonly signingKeyAlias: string;
  /** Value of the tag `karpenter.sh/discovery` on subnets and security groups. */
  readonly discoveryTag: string;
  /** Secrets Manager: the prefix that External Secrets may read, and what lies under it. */
  readonly secrets: { readonly prefix: string; readonly grafanaCloud: string };
}

const NAMESPACES = {
  workloads: "weft",
  telemetry: "weft-telemetry",
  keda: "keda",
  karpenter: "kube-system",
  externalSecrets: "external-secrets",
  kubeStateMetrics: "kube-state-metrics",
  argocd: "argocd",
} as const;

const SERVICE_ACCOUNTS = {
  dispatcher: { namespace: NAMESPACES.workloads, name: "dispatcher" },
  indexer: { namespace: NAMESPACES.workloads, name: "indexer" },
  liquidator: { namespace: NAMESPACES.workloads, name: "liquidator" },
  collector: { namespace: NAMESPACES.telemetry, name: "grafana-agent" },
  keda: { namespace: NAMESPACES.keda, name: "keda-operator" },
  karpenter: { namespace: NAMESPACES.karpenter, name: "karpenter" },
  externalSecrets: { namespace: NAMESPACES.externalSecrets, name: "external-secrets" },
} as const;

type Place = Pick<NonNullable<Environment["aws"]>, "region" | "bucketSuffix">;

/** Unique in an account: what is not of one region says which it belongs to, as two exist during a move. */
export function globalName(
  cluster: string,
  part: string,
  { region }: Pick<Place, "region">,
): string {
  return `${cluster}-${region}-${part}`;
}

/** Unique in the world; at most 63 characters. */
export function bucketName(cluster: string, part: string, place: Place): string {
  return `${cluster}-${part}-${place.bucketSuffix}-${place.region}`;
}

/** Every name that manifests and infrastructure must agree on. */
export function namesOf(env: Pick<Environment, "name" | "aws">): Names {
  const cluster = `weft-${env.name}`;
  // The local stack serves one system under names of its own, whoever runs it.
  const prefix = env.aws === undefined ? "weft-local" : cluster;
  const secrets = `weft/${env.name}`;
  return {
    cluster,
    namespaces: NAMESPACES,
    serviceAccounts: SERVICE_ACCOUNTS,
    queues: {
      index: `${prefix}-index`,
      indexDeadLetter: `${prefix}-index-dlq`,
      liquidation: `${prefix}-liquidation.fifo`,
      liquidationDeadLetter: `${prefix}-liquidation-dlq.fifo`,
    },
    stateTable: `${prefix}-state`,
    dataBucket: env.aws === undefined ? `${prefix}-data` : bucketName(cluster, "data", env.aws),
    nodeRole: env.aws === undefined ? `${cluster}-node` : globalName(cluster, "node", env.aws),
    signingKeyAlias: `alias/${cluster}-signer`,
    discoveryTag: cluster,
    secrets: { prefix: `${secrets}/`, grafanaCloud: `${secrets}/grafana-cloud` },
  };
}
