import type { Outcome } from "@weft/messages";
import type { Audit } from "../simulator/ledger/types.ts";

/** The positions over the line when all was done, by why they may be. */
export interface OverLine {
  readonly badDebt: readonly string[];
  /** Set aside in the book as one that need not be liquidated. */
  readonly exempt: readonly string[];
  /** Looked at in the last run and found to cost more than it brings. */
  readonly unprofitable: readonly string[];
  /** Looked at in the last run and held back on purpose: a price in doubt, quarantine, or a dry run. */
  readonly held: readonly string[];
  /** No reason at all: each one is a failure. */
  readonly missed: readonly string[];
}

/** What was recorded of positions, and by whom. */
interface Records {
  readonly outcomes: readonly Outcome[];
  readonly lastRunId: string;
  /** Only a dry run may end a position as one. */
  readonly dryRun: boolean;
}

/** Sorts what the ledger says is over the line by what the last run recorded of it. */
export function sortOverLine(audit: Audit, { outcomes, lastRunId, dryRun }: Records): OverLine {
  const ending = new Map(
    outcomes
      .filter((outcome) => outcome.runId === lastRunId)
      .sort((a, b) => a.attempt - b.attempt)
      .map((outcome) => [outcome.cdpId, outcome.ending]),
  );
  const kindOf = (position: Audit["overLine"][number]): keyof OverLine => {
    if (position.badDebt) return "badDebt";
    if (position.exempt) return "exempt";
    const last = ending.get(position.cdpId);
    if (last === "unprofitable") return "unprofitable";
    const held =
      last === "price_suspect" || last === "quarantined" || (dryRun && last === "dry_run");
    return held ? "held" : "missed";
  };
  const sorted = Map.groupBy(audit.overLine, kindOf);
  const ids = (kind: keyof OverLine) => (sorted.get(kind) ?? []).map(({ cdpId }) => cdpId);
  return {
    badDebt: ids("badDebt"),
    exempt: ids("exempt"),
    unprofitable: ids("unprofitable"),
    held: ids("held"),
    missed: ids("missed"),
  };
}
