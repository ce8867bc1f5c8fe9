import { type Block, reference } from "./alloy-syntax.ts";

/** Of KEDA, kube-state-metrics and Argo CD, only what an alert or a dashboard asks for. */
export const KEPT_METRICS = [
  "(dispatcher|indexer|liquidator)_.+",
  "process_(cpu_seconds_total|resident_memory_bytes|start_time_seconds)",
  "nodejs_eventloop_lag_p99_seconds",
  "keda_scaler_(active|metrics_value|detail_errors_total|metrics_latency_seconds)",
  "keda_scaled_object_(errors_total|paused)",
  "keda_internal_scale_loop_latency_seconds",
  "kube_cronjob_status_(last_schedule_time|last_successful_time)",
  "kube_job_status_(failed|succeeded)",
  "kube_deployment_status_(replicas|replicas_available|replicas_unavailable)",
  "kube_horizontalpodautoscaler_(spec_max_replicas|status_current_replicas|status_desired_replicas)",
  "kube_pod_container_status_(restarts_total|last_terminated_reason)",
  "argocd_app_info",
  "(alloy|agent)_build_info",
  "loki_write_dropped_entries_total",
  "prometheus_remote_storage_samples_failed_total",
];

export interface MetricsOptions {
  /** Where pods are looked for. */
  readonly namespaces: readonly string[];
  readonly scrapeIntervalSeconds: number;
  /** The collector's own port: the dispatcher's numbers, which it reads from logs, are served there. */
  readonly ownPort: number;
  /** `host:port`: what Argo CD says of its Applications. Its pods are not annotated. */
  readonly argoTarget: string;
  readonly url: string;
  readonly externalLabels: Readonly<Record<string, string>>;
}

/** Finds annotated pods, scrapes them and itself, and sends on what matters. */
export function metricsPipeline(options: MetricsOptions): Block[] {
  const { namespaces, scrapeIntervalSeconds, ownPort, argoTarget } = options;
  const interval = `${scrapeIntervalSeconds}s`;
  const scrape = (label: string, targets: Block["attributes"]): Block => ({
    type: "prometheus.scrape",
    label,
    attributes: {
      ...targets,
      scrape_interval: interval,
      forward_to: [reference("prometheus.relabel.kept.receiver")],
    },
  });
  return [
    {
      type: "discovery.kubernetes",
      label: "pods",
      attributes: { role: "pod" },
      blocks: [{ type: "namespaces", attributes: { names: namespaces } }],
    },
    annotatedPods(),
    scrape("pods", {
      targets: reference("discovery.relabel.annotated.output"),
      // What kube-state-metrics and KEDA say of a namespace, pod or container is not of their own.
      honor_labels: true,
    }),
    scrape("self", {
      targets: [{ __address__: `127.0.0.1:${ownPort}`, job: "grafana-agent" }],
    }),
    scrape("argocd", { targets: [{ __address__: argoTarget, job: "argocd" }] }),
    {
      type: "prometheus.relabel",
      label: "kept",
      attributes: { forward_to: [reference("prometheus.remote_write.grafana_cloud.receiver")] },
      blocks: [
        rule({ source_labels: ["__name__"], regex: KEPT_METRICS.join("|"), action: "keep" }),
      ],
    },
    remoteWrite(options),
  ];
}

/** Ready or not: a pod that is stopping has its last numbers still to give. */
function annotatedPods(): Block {
  const annotation = "__meta_kubernetes_pod_annotation_prometheus_io";
  return {
    type: "discovery.relabel",
    label: "annotated",
    attributes: { targets: reference("discovery.kubernetes.pods.targets") },
    blocks: [
      rule({ source_labels: [`${annotation}_scrape`], regex: "true", action: "keep" }),
      rule({ source_labels: ["__meta_kubernetes_pod_phase"], regex: "Running", action: "keep" }),
      // A pod is one target per port it declares; the annotated one is meant.
      rule({
        source_labels: [`${annotation}_port`],
        target_label: "__meta_kubernetes_pod_container_port_number",
        action: "keepequal",
      }),
      rule({
        source_labels: [`${annotation}_path`],
        regex: "(.+)",
        target_label: "__metrics_path__",
      }),
      copy("__meta_kubernetes_namespace", "namespace"),
      copy("__meta_kubernetes_pod_name", "pod"),
      copy("__meta_kubernetes_pod_name", "instance"),
      copy("__meta_kubernetes_pod_container_name", "container"),
      copy("__meta_kubernetes_pod_label_app_kubernetes_io_name", "job"),
    ],
  };
}

/** The user ids and the token come from mounted files, and follow them when they change. */
function remoteWrite({ url, externalLabels }: MetricsOptions): Block {
  return {
    type: "prometheus.remote_write",
    label: "grafana_cloud",
    attributes: { external_labels: externalLabels },
    blocks: [
      {
        type: "endpoint",
        attributes: { url },
        blocks: [basicAuth("metrics_user")],
      },
    ],
  };
}

export function basicAuth(user: "metrics_user" | "logs_user"): Block {
  return {
    type: "basic_auth",
    attributes: {
      username: reference(`local.file.${user}.content`),
      password: reference("local.file.token.content"),
    },
  };
}

export function rule(attributes: NonNullable<Block["attributes"]>): Block {
  return { type: "rule", attributes };
}

export function copy(from: string, to: string): Block {
  return rule({ source_labels: [from], target_label: to });
}
