import type { Query } from "./prometheus.ts";

/** All of them are 0 when every position was seen. */
const UNJUDGED = [
  ...["unknown", "superseded", "undecodable", "unconfirmed", "missing"].map(
    (reason) => `dispatcher_previous_run_${reason}_cdps`,
  ),
  "dispatcher_lost_cdps",
];
const WORKERS = ["indexer", "liquidator"] as const;

/** What the smoke test goes by, as the metrics say it. Nothing where a metric is not there. */
export interface Signs {
  /** Of each worker, when its oldest pod started. */
  readonly startedAt: Readonly<Partial<Record<string, number>>>;
  /** When the last run was sent. */
  readonly lastRunAt: number | undefined;
  /** Of the run before, by metric: CDPs that nobody judged. */
  readonly unjudgedCdps: Readonly<Partial<Record<string, number>>>;
  /** In the last ten minutes. */
  readonly restarts: number | undefined;
  /** Circuits to the Gateway that are open. */
  readonly openBreakers: number;
}

export async function readSigns(query: Query, env: string, namespace: string): Promise<Signs> {
  const one = async (promql: string) => (await query(promql))[0]?.value;
  const of = `{env="${env}"}`;
  const workers = await query(
    `min by (job) (process_start_time_seconds{env="${env}",job=~"${WORKERS.join("|")}"})`,
  );
  const unjudged = await query(
    `max by (__name__) ({__name__=~"${UNJUDGED.join("|")}",env="${env}"})`,
  );
  return {
    startedAt: Object.fromEntries(workers.map(({ labels, value }) => [labels.job ?? "", value])),
    lastRunAt: await one(`max(dispatcher_last_scan_timestamp_seconds${of})`),
    unjudgedCdps: Object.fromEntries(
      unjudged.map(({ labels, value }) => [labels.__name__ ?? "", value]),
    ),
    restarts: await one(
      `sum(increase(kube_pod_container_status_restarts_total{env="${env}",namespace="${namespace}"}[10m]))`,
    ),
    openBreakers: (await one(`count(liquidator_gateway_breaker_info${of} == 2)`)) ?? 0,
  };
}

/**
 * What is still to be seen after a release at `releasedAt`; nothing when it works. The run that closes the books must be the
 * second after the last worker started: the books are then of a run that only new workers had.
 */
export function unseen(signs: Signs, releasedAt: number, runEverySeconds: number): string[] {
  const old = WORKERS.filter((worker) => !((signs.startedAt[worker] ?? 0) > releasedAt));
  if (old.length > 0) return old.map((worker) => `${worker}: not all pods are of this release`);
  const started = Math.max(...WORKERS.map((worker) => signs.startedAt[worker] ?? 0));
  const { lastRunAt = 0, unjudgedCdps } = signs;
  return [
    ...(lastRunAt > started + runEverySeconds
      ? []
      : ["dispatcher: no run has closed the books of a run of this release"]),
    ...UNJUDGED.filter((metric) => unjudgedCdps[metric] !== 0).map(
      (metric) => `${metric}: ${unjudgedCdps[metric] ?? "not there"}`,
    ),
    ...(signs.restarts === 0 ? [] : [`containers started again: ${signs.restarts ?? "not there"}`]),
    ...(signs.openBreakers === 0 ? [] : [`circuits to the Gateway open: ${signs.openBreakers}`]),
  ];
}
