import type { Context } from "../context.ts";
import { type Block, renderBlocks } from "./alloy-syntax.ts";
import { cloudwatchPipeline } from "./cloudwatch-pipeline.ts";
import { logsPipeline } from "./logs-pipeline.ts";
import { metricsPipeline } from "./metrics-pipeline.ts";

/** Where the collector serves its own metrics and answers the kubelet. */
export const COLLECTOR_PORT = 12_345;
/** Where the credentials are mounted, one file each. */
export const CREDENTIALS_PATH = "/var/run/weft/grafana-cloud";
/** The files, and the names under which Secrets Manager holds them. */
export const CREDENTIALS = {
  metrics_user: "metricsUser",
  logs_user: "logsUser",
  token: "token",
} as const;

/** Of Argo CD's own manifests: who knows of Applications, and the Service in front of it. */
export const ARGO_METRICS = {
  app: "argocd-application-controller",
  service: "argocd-metrics",
  port: 8082,
} as const;

/** The collector's configuration. Alloy and the original Agent read the same text. */
export function collectorConfig({ env, names }: Context): string {
  const { telemetry, aws } = env;
  if (telemetry === undefined || aws === undefined) {
    throw new Error(`${env.name} has no telemetry to configure`);
  }
  const { workloads, telemetry: own, keda, kubeStateMetrics, argocd } = names.namespaces;
  const externalLabels = { cluster: names.cluster, env: env.name };
  return renderBlocks([
    { type: "logging", attributes: { level: "info", format: "json" } },
    ...Object.keys(CREDENTIALS).map(credentialFile),
    ...metricsPipeline({
      namespaces: [workloads, own, keda, kubeStateMetrics],
      scrapeIntervalSeconds: telemetry.scrapeIntervalSeconds,
      ownPort: COLLECTOR_PORT,
      argoTarget: `${ARGO_METRICS.service}.${argocd}:${ARGO_METRICS.port}`,
      url: telemetry.metricsUrl,
      externalLabels,
    }),
    ...cloudwatchPipeline(aws.region, names.queues),
    ...logsPipeline({ namespaces: [workloads, own], url: telemetry.logsUrl, externalLabels }),
  ]);
}

function credentialFile(name: string): Block {
  return {
    type: "local.file",
    label: name,
    attributes: { filename: `${CREDENTIALS_PATH}/${name}`, is_secret: name === "token" },
  };
}
