import { type Block, reference } from "./alloy-syntax.ts";
import { basicAuth, copy, rule } from "./metrics-pipeline.ts";

/**
 * The dispatcher's last words: nobody can scrape a Job that lives for seconds, so it logs its metrics when it is done,
 * and they become gauges here.
 */
const DISPATCHER_GAUGES = {
  head_age_seconds: "Age of the ledger head when it was read.",
  counter_difference_cdps: "Ids minted less the market's own count of CDPs.",
  expected_cdps: "CDPs the last run set out to scan.",
  gap_cdps: "CDPs that the run before did not look at; the last run sent them first.",
  batches_total: "Batches the last run sent.",
  stale_heads_total: "1 when the last run refused to go on with an old head.",
  last_scan_timestamp_seconds: "When a run was last dispatched, ledger time.",
  previous_run_expected_cdps: "CDPs that the run before set out to scan.",
  previous_run_scanned_cdps: "CDPs of the run before that were judged.",
  previous_run_burned_cdps: "CDPs of the run before that were skipped: burned.",
  previous_run_unknown_cdps: "CDPs of the run before that were skipped: not known to the Gateway.",
  previous_run_superseded_cdps: "CDPs of the run before that were skipped: a newer run had begun.",
  previous_run_undecodable_cdps: "CDPs of the run before that failed: not readable.",
  previous_run_unconfirmed_cdps: "CDPs of the run before that failed: not judged by the ledger.",
  previous_run_missing_cdps: "CDPs of the run before that no batch has reported.",
  previous_run_unverified_cdps: "CDPs of the run before whose price was suspect.",
  lost_cdps: "CDPs of earlier runs whose batches were found on no queue.",
  settled_run_timestamp_seconds:
    "When the newest run whose books are settled was read, ledger time.",
} as const;

/** Longer than any interval between runs: a number stays until the next run, and goes when runs have stopped. */
const GAUGE_LIFETIME = "2h";

export interface LogsOptions {
  readonly namespaces: readonly string[];
  readonly url: string;
  readonly externalLabels: Readonly<Record<string, string>>;
}

/** Tails pods through the API server: no host path, and nothing on the nodes. */
export function logsPipeline({ namespaces, url, externalLabels }: LogsOptions): Block[] {
  return [
    {
      type: "discovery.relabel",
      label: "logged",
      attributes: { targets: reference("discovery.kubernetes.pods.targets") },
      blocks: [
        rule({
          source_labels: ["__meta_kubernetes_namespace"],
          regex: namespaces.join("|"),
          action: "keep",
        }),
        copy("__meta_kubernetes_namespace", "namespace"),
        copy("__meta_kubernetes_pod_name", "pod"),
        copy("__meta_kubernetes_pod_container_name", "container"),
        copy("__meta_kubernetes_pod_label_app_kubernetes_io_name", "app"),
      ],
    },
    {
      type: "loki.source.kubernetes",
      label: "pods",
      attributes: {
        targets: reference("discovery.relabel.logged.output"),
        forward_to: [reference("loki.process.pods.receiver")],
      },
    },
    {
      type: "loki.process",
      label: "pods",
      attributes: { forward_to: [reference("loki.write.grafana_cloud.receiver")] },
      blocks: [...readLines(), dispatcherGauges()],
    },
    {
      type: "loki.write",
      label: "grafana_cloud",
      attributes: { external_labels: externalLabels },
      blocks: [{ type: "endpoint", attributes: { url }, blocks: [basicAuth("logs_user")] }],
    },
  ];
}

/** `level` is a label; the pod's name, of which there are many, only goes with the line. */
function readLines(): Block[] {
  return [
    { type: "stage.json", attributes: { expressions: { level: "level" } } },
    { type: "stage.labels", attributes: { values: { level: "" } } },
    { type: "stage.structured_metadata", attributes: { values: { pod: "" } } },
    { type: "stage.label_drop", attributes: { values: ["pod", "instance", "job"] } },
  ];
}

function dispatcherGauges(): Block {
  const names = Object.entries(DISPATCHER_GAUGES);
  const expressions = names.map(([name]) => [name, `metrics.dispatcher_${name}`] as const);
  return {
    type: "stage.match",
    attributes: { selector: '{app="dispatcher"} |= "\\"message\\":\\"metrics\\""' },
    blocks: [
      { type: "stage.json", attributes: { expressions: Object.fromEntries(expressions) } },
      {
        type: "stage.metrics",
        blocks: names.map(([name, description]) => ({
          type: "metric.gauge",
          attributes: {
            name,
            description,
            prefix: "dispatcher_",
            source: name,
            action: "set",
            max_idle_duration: GAUGE_LIFETIME,
          },
        })),
      },
    ],
  };
}
