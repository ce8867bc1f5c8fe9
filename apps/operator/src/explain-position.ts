import type { LedgerHead, LedgerHealth } from "@weft/ledger";
import { type Decimal, formatDecimal, isBadDebt, isLiquidatable } from "@weft/protocol";
import type { CdpState, FleetState, StoredPriceGuard, UnreadablePriceGuard } from "@weft/store";
import { formatInstant } from "./answer.ts";

/** What is known of a position, from every place that has a say in it. */
export interface PositionFacts {
  readonly head: LedgerHead;
  /** Ledger time, milliseconds since 1970. */
  readonly nowMs: number;
  readonly presence: "live" | "burned" | "unknown" | "undecodable";
  /** The market's own word, or why it has none; null of what is not there. */
  readonly ledger: LedgerHealth | { readonly error: string } | null;
  readonly fleet: FleetState;
  /** Null when no liquidator has ever had it. */
  readonly stored: CdpState | null;
  /** Of the assets that it owes and holds. */
  readonly prices: ReadonlyMap<string, StoredPriceGuard | UnreadablePriceGuard>;
  readonly badDebtCollateralXrd: Decimal;
}

/** One thing that decides what becomes of a position. */
export interface Finding {
  readonly code:
    | "gone"
    | "undecodable"
    | "paused"
    | "holding_fire"
    | "under_way"
    | "unvaluable"
    | "healthy"
    | "bad_debt"
    | "price_suspect"
    | "quarantined"
    | "liquidatable";
  readonly sentence: string;
}

/**
 * Why a position is or is not being liquidated, the weightiest first: what is not there, what stops everything, what is
 * under way already, what the ledger says, and what stops this one.
 */
export function explainPosition(facts: PositionFacts): Finding[] {
  const { presence } = facts;
  if (presence === "burned") return [found("gone", "it is burned")];
  if (presence === "unknown") return [found("gone", "there is no such CDP")];
  if (presence === "undecodable") {
    return [
      found("undecodable", "its data is not what this version can read; it is counted as failed"),
    ];
  }
  return [
    ...ofFleet(facts),
    ...ofAttempt(facts),
    ...ofHealth(facts),
    ...ofPrices(facts),
    ...ofQuarantine(facts),
  ];
}

const found = (code: Finding["code"], sentence: string): Finding => ({ code, sentence });

function ofFleet({ fleet, head }: PositionFacts): Finding[] {
  const { pause, holdUntilEpoch } = fleet;
  const findings: Finding[] = [];
  if (pause !== null) {
    const since = formatInstant(pause.sinceMs);
    findings.push(found("paused", `liquidation is paused since ${since}: ${pause.reason}`));
  }
  if (holdUntilEpoch === null) {
    const why = "nobody has said for this table from when on: it is new, or was restored";
    findings.push(found("holding_fire", `nothing is signed: ${why}`));
  } else if (head.epoch < holdUntilEpoch) {
    const when = `before epoch ${holdUntilEpoch}; the head is at ${head.epoch}`;
    findings.push(found("holding_fire", `nothing is signed ${when}`));
  }
  return findings;
}

function ofAttempt({ stored, head }: PositionFacts): Finding[] {
  const unfinal = stored?.record.unfinal ?? null;
  if (unfinal === null) return [];
  const { attempt, intentHash, endEpochExclusive, submittedAtMs } = unfinal;
  const sent = submittedAtMs === null ? "signed" : `submitted ${formatInstant(submittedAtMs)}`;
  const until = `valid to epoch ${endEpochExclusive}, the head is at ${head.epoch}`;
  return [
    found("under_way", `attempt ${attempt} is ${sent} and has no end yet: ${intentHash}, ${until}`),
  ];
}

function ofHealth({ ledger, badDebtCollateralXrd }: PositionFacts): Finding[] {
  if (ledger === null) return [];
  if ("error" in ledger) return [found("unvaluable", `get_cdp fails: ${ledger.error}`)];
  const { liquidationLtv, loanValue, collateralValue } = ledger;
  const figures = `liquidation_ltv ${formatDecimal(liquidationLtv)}, loans ${formatDecimal(loanValue)} XRD, collateral ${formatDecimal(collateralValue)} XRD`;
  if (!isLiquidatable(liquidationLtv))
    return [found("healthy", `it is within its line: ${figures}`)];
  if (isBadDebt(ledger, badDebtCollateralXrd)) {
    return [found("bad_debt", `there is next to nothing to take, and nobody tries: ${figures}`)];
  }
  return [found("liquidatable", `it is over the line: ${figures}`)];
}

function ofPrices({ prices }: PositionFacts): Finding[] {
  return [...prices].flatMap(([resource, memory]) => {
    if ("unreadable" in memory) {
      const { message } = memory.unreadable;
      return [
        found("price_suspect", `what is remembered of ${resource} makes no sense: ${message}`),
      ];
    }
    const { state } = memory;
    if (state.suspect === null) return [];
    const { reason, observation } = state.suspect;
    const last =
      state.accepted === null
        ? "none was ever accepted"
        : `${formatDecimal(state.accepted.observation.price)} was accepted last`;
    const price = `${formatDecimal(observation.price)} XRD for ${resource}`;
    return [found("price_suspect", `${price} is not believed (${reason}); ${last}`)];
  });
}

function ofQuarantine({ stored, nowMs }: PositionFacts): Finding[] {
  const quarantine = stored?.record.quarantine ?? null;
  if (quarantine === null || quarantine.untilMs <= nowMs) return [];
  const { reason, failures, untilMs } = quarantine;
  const until = `until ${formatInstant(untilMs)} or until it changes`;
  return [found("quarantined", `it is left alone ${until}: ${reason}, ${failures} in a row`)];
}
