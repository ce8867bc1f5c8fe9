import type { GatewayClient, MarketFacts, ReadReferencePrices } from "@weft/ledger";
import type { LedgerClock, Logger, Sleep } from "@weft/runtime";
import type { AttemptStore, ObjectStore, PriceGuardStore, Reservations } from "@weft/store";
import type { Backlog } from "./backlog.ts";
import type { FleetWatch } from "./fleet-watch.ts";
import type { Metrics } from "./metrics.ts";
import type { Executor } from "./open-executor.ts";
import type { OutageWatch } from "./outage-watch.ts";
import type { RunStep } from "./steps.ts";
import type { Treasurer } from "./treasurer.ts";

/** What main.ts opens and the wiring joins. */
export interface Adapters {
  readonly gateway: GatewayClient;
  readonly attempts: AttemptStore;
  readonly objects: ObjectStore;
  readonly priceGuard: Pick<PriceGuardStore, "read">;
  /** Null where there is no source. */
  readonly readReferences: ReadReferencePrices | null;
  readonly clock: LedgerClock;
  readonly market: MarketFacts;
  /** Null in a dry run without a key. */
  readonly executor: Executor | null;
  /** Whether anything may be signed. */
  readonly fleet: Pick<FleetWatch, "refuseUnlessArmed">;
  readonly outage: Pick<OutageWatch, "failed" | "isCommon" | "progressed">;
  /** Hears which messages wait for their first executor. */
  readonly backlog: Pick<Backlog, "arrived" | "left">;
  /** Frees what the treasury keeps for attempts that are no more. */
  readonly releaseOrphanedHolds: (signal: AbortSignal) => Promise<void>;
  readonly reservations: Pick<Reservations, "settle">;
  /** Null where nothing is ever signed. */
  readonly treasurer: Treasurer | null;
  /** A monotonic clock in milliseconds, and pauses by it, for waiting until a transaction is final. */
  readonly time: { readonly nowMs: () => number; readonly sleep: Sleep };
  /** Does what has to be done around each step of an attempt. */
  readonly runStep: RunStep;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Names this process among those that may hold a lease. */
  readonly owner: string;
  /** Aborted when the process is asked to stop. */
  readonly stopping: AbortSignal;
}
