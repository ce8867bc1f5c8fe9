import type { LedgerPoint, SimulatedLedger } from "../ledger/types.ts";
import type { Faults } from "./faults.ts";
import { invalidFields, invalidRequest, notSyncedUp } from "./gateway-error.ts";

/** `at_ledger_state`, checked to name at most one point. */
export interface LedgerStateSelector {
  readonly stateVersion?: number;
  readonly timestampMs?: number;
  readonly epoch?: number;
  readonly round?: number;
}

/** The ledger as one Gateway knows it: up to its own head, which may lag. */
export interface Replica {
  head(): LedgerPoint;
  /** The point a read is made at; without a selector the head, if it is fresh enough. */
  at(selector: LedgerStateSelector | undefined): LedgerPoint;
  /** The head a transaction is built on. */
  constructionHead(): LedgerPoint;
}

export function createReplica(
  ledger: SimulatedLedger,
  faults: Pick<Faults, "laggingVersions" | "maxSyncDelaySeconds">,
): Replica {
  const head = (): LedgerPoint => {
    const real = ledger.head();
    return faults.laggingVersions === 0 ? real : pointBehind(ledger, real, faults.laggingVersions);
  };
  const freshHead = (requestType: "Read" | "Construction"): LedgerPoint => {
    const point = head();
    const delaySeconds = Math.floor((ledger.nowMs() - point.timestampMs) / 1_000);
    const allowed = faults.maxSyncDelaySeconds;
    if (allowed > 0 && delaySeconds > allowed)
      throw notSyncedUp(requestType, delaySeconds, allowed);
    return point;
  };
  return {
    head,
    constructionHead: () => freshHead("Construction"),
    at: (selector) => (selector ? pinned(ledger, head(), selector) : freshHead("Read")),
  };
}

function pinned(
  ledger: SimulatedLedger,
  head: LedgerPoint,
  selector: LedgerStateSelector,
): LedgerPoint {
  const { stateVersion, timestampMs, epoch, round } = selector;
  if (timestampMs !== undefined) {
    if (timestampMs > ledger.nowMs()) {
      const errors = ["'Timestamp' must not be in future."];
      throw invalidFields([{ path: "at_ledger_state.timestamp", errors }]);
    }
    if (timestampMs >= head.timestampMs) return head;
    const point = ledger.pointAtTime(timestampMs);
    if (!point) throw invalidRequest("Timestamp was before the start of the ledger");
    return point;
  }
  const point =
    stateVersion !== undefined
      ? ledger.pointAtVersion(stateVersion)
      : ledger.pointAtEpoch(epoch ?? 0, round);
  if (point && point.stateVersion <= head.stateVersion) return point;
  if (stateVersion !== undefined) {
    throw invalidRequest("State version is beyond the end of the known ledger");
  }
  const place = round === undefined ? `Epoch ${epoch}` : `Epoch ${epoch} round ${round}`;
  throw invalidRequest(`${place} is beyond the end of the known ledger or invalid`);
}

/** The point `versions` behind the head, or the first there is. */
function pointBehind(ledger: SimulatedLedger, head: LedgerPoint, versions: number): LedgerPoint {
  const wanted = ledger.pointAtVersion(head.stateVersion - versions);
  if (wanted) return wanted;
  let before = head.stateVersion - versions;
  let first = head;
  while (first.stateVersion - before > 1) {
    const middle = Math.floor((before + first.stateVersion) / 2);
    const point = ledger.pointAtVersion(middle);
    if (point) first = point;
    else before = middle;
  }
  return first;
}
