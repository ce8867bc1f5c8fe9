import { RESTRICTED_NAMESPACE } from "../constructs/namespace.ts";
import type { Context } from "../context.ts";
import type { HelmSource } from "../resources/argo.ts";

/** An operator from its own chart, at a pinned version. */
export interface Operator {
  readonly name: string;
  readonly namespace: string;
  /** Absent where the namespace is not ours to label. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly source: HelmSource;
}

/** The few nodes that Karpenter does not manage carry what the rest depends on. */
const SYSTEM_NODES = {
  tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }],
} as const;

const scraped = (port: number) => ({
  "prometheus.io/scrape": "true",
  "prometheus.io/port": String(port),
});

/** Where the operators serve their numbers; the collector may go there. */
export const OPERATOR_METRICS_PORT = 8_080;

const requests = (cpu: string, memory: string) => ({
  requests: { cpu, memory },
  limits: { memory },
});

/** What the manifests need besides Argo CD. Their identities on AWS are tied to their service accounts from outside. */
export function operatorsOf(context: Context): Operator[] {
  return [keda(context), karpenter(context), externalSecrets(context), kubeStateMetrics(context)];
}

function keda({ names }: Context): Operator {
  const { namespace, name } = names.serviceAccounts.keda;
  return {
    name: "keda",
    namespace,
    namespaceLabels: RESTRICTED_NAMESPACE,
    source: {
      repoURL: "https://kedacore.github.io/charts",
      chart: "keda",
      targetRevision: "2.20.1",
      helm: {
        releaseName: "keda",
        valuesObject: {
          ...SYSTEM_NODES,
          operator: { replicaCount: 2 },
          metricsServer: { replicaCount: 2 },
          serviceAccount: { operator: { create: true, name } },
          podAnnotations: { keda: scraped(OPERATOR_METRICS_PORT) },
          prometheus: { operator: { enabled: true, port: OPERATOR_METRICS_PORT } },
          resources: {
            operator: requests("100m", "256Mi"),
            metricServer: requests("100m", "256Mi"),
            webhooks: requests("50m", "128Mi"),
          },
        },
      },
    },
  };
}

function karpenter({ names }: Context): Operator {
  const { namespace, name } = names.serviceAccounts.karpenter;
  return {
    name: "karpenter",
    namespace,
    source: {
      repoURL: "public.ecr.aws/karpenter",
      chart: "karpenter",
      targetRevision: "1.14.1",
      helm: {
        releaseName: "karpenter",
        valuesObject: {
          ...SYSTEM_NODES,
          replicas: 2,
          serviceAccount: { create: true, name },
          settings: { clusterName: names.cluster, interruptionQueue: names.cluster },
          controller: { resources: requests("250m", "512Mi") },
        },
      },
    },
  };
}

function externalSecrets({ names }: Context): Operator {
  const { namespace, name } = names.serviceAccounts.externalSecrets;
  return {
    name: "external-secrets",
    namespace,
    namespaceLabels: RESTRICTED_NAMESPACE,
    source: {
      repoURL: "https://charts.external-secrets.io",
      chart: "external-secrets",
      targetRevision: "2.7.0",
      helm: {
        releaseName: "external-secrets",
        valuesObject: {
          ...SYSTEM_NODES,
          installCRDs: true,
          serviceAccount: { create: true, name },
          webhook: SYSTEM_NODES,
          certController: SYSTEM_NODES,
          resources: requests("50m", "128Mi"),
        },
      },
    },
  };
}

function kubeStateMetrics({ names }: Context): Operator {
  const { kubeStateMetrics: namespace, workloads, telemetry } = names.namespaces;
  return {
    name: "kube-state-metrics",
    namespace,
    namespaceLabels: RESTRICTED_NAMESPACE,
    source: {
      repoURL: "https://prometheus-community.github.io/helm-charts",
      chart: "kube-state-metrics",
      targetRevision: "6.1.5",
      helm: {
        releaseName: "kube-state-metrics",
        valuesObject: {
          ...SYSTEM_NODES,
          // Of ours only, and no secrets.
          namespaces: [workloads, telemetry].join(","),
          collectors: ["cronjobs", "deployments", "horizontalpodautoscalers", "jobs", "pods"],
          podAnnotations: scraped(OPERATOR_METRICS_PORT),
          resources: requests("50m", "128Mi"),
        },
      },
    },
  };
}
