import type { Logger } from "@weft/runtime";
import type { Backlog } from "./backlog.ts";
import type { FleetWatch } from "./fleet-watch.ts";
import { type Metrics, PAUSE_REASONS } from "./metrics.ts";
import type { OutageWatch } from "./outage-watch.ts";

export interface ReceiveGateDeps {
  readonly fleet: Pick<FleetWatch, "mayReceive">;
  readonly outage: Pick<OutageWatch, "admits" | "because">;
  readonly backlog: Pick<Backlog, "hasRoom">;
  readonly metrics: Pick<Metrics, "receivingPaused">;
  readonly log: Pick<Logger, "warn" | "info">;
}

type Reason = (typeof PAUSE_REASONS)[number];

/**
 * How many messages may be received now: none while enough wait for an executor; then the operator's word counts, then what
 * fails everywhere. Room is waited for first, so that the others' word is fresh.
 */
export function createReceiveGate({
  fleet,
  outage,
  backlog,
  metrics,
  log,
}: ReceiveGateDeps): (signal: AbortSignal) => Promise<number> {
  let told: Reason | null = null;
  const tell = (reason: Reason | null, detail: string) => {
    for (const each of PAUSE_REASONS) {
      metrics.receivingPaused.set({ reason: each }, each === reason ? 1 : 0);
    }
    if (reason === told) return;
    told = reason;
    if (reason === null) log.info("receiving");
    else log.warn({ reason, detail }, "receiving paused");
  };
  return async (signal) => {
    if (!(await backlog.hasRoom(signal))) return 0;
    const permission = await fleet.mayReceive(signal);
    if (permission.kind === "refused") {
      tell(permission.because, permission.detail);
      return 0;
    }
    tell(outage.because === null ? null : "outage", outage.because ?? "");
    return outage.admits();
  };
}
