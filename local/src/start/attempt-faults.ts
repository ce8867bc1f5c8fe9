import type { Outcome } from "@weft/messages";
import type { Audit } from "../simulator/ledger/types.ts";
import { sameAmounts } from "./amounts.ts";
import { fundingOf } from "./report.ts";

/** Whether each attempt was made once, and is on record as the ledger has it: one sentence per violated rule. */
export function attemptFaults(audit: Audit, outcomes: readonly Outcome[]): string[] {
  return [
    ...named("touched by a liquidation although not over the line", audit.wronglyTouched),
    ...named(
      "with two intents unfinal together",
      audit.unfinalTogether.map(({ cdpId }) => cdpId),
    ),
    ...named("with two commits of one attempt", doubleCommits(audit, outcomes)),
    ...recordFaults(audit, outcomes),
    ...audit.imbalances.map(
      ({ resource, expected, actual }) =>
        `${resource} is not conserved: ${actual} where ${expected} was put in`,
    ),
  ];
}

/** Attempts of which the ledger has two commits. */
export function doubleCommits(audit: Audit, outcomes: readonly Outcome[]): string[] {
  const committed = new Set(audit.liquidations.map(({ intentHash }) => intentHash));
  const commitsOfAttempt = Map.groupBy(
    outcomes.filter(({ transaction }) => committed.has(transaction?.intentHash ?? "")),
    ({ cdpId, attempt }) => `${cdpId} attempt ${attempt}`,
  );
  return [...commitsOfAttempt]
    .filter(([, same]) => new Set(same.map((o) => o.transaction?.intentHash)).size > 1)
    .map(([attempt]) => attempt);
}

/** The ledger's liquidations and our records of them: one to one, and with the same amounts. */
function recordFaults(audit: Audit, outcomes: readonly Outcome[]): string[] {
  const records = Map.groupBy(
    outcomes.filter(({ ending }) => ending === "liquidated"),
    ({ transaction }) => transaction?.intentHash ?? "(none)",
  );
  const commits = new Map(audit.liquidations.map((commit) => [commit.intentHash, commit]));
  const of = (matches: (commit: Audit["liquidations"][number], record: Outcome) => boolean) =>
    audit.liquidations
      .filter((commit) => {
        const record = records.get(commit.intentHash)?.[0];
        return record !== undefined && !matches(commit, record);
      })
      .map(({ cdpId }) => cdpId);
  return [
    ...named(
      "liquidated on the ledger without a record",
      audit.liquidations.filter((c) => !records.has(c.intentHash)).map(({ cdpId }) => cdpId),
    ),
    ...named(
      "recorded as liquidated although the ledger committed nothing",
      [...records].filter(([hash]) => !commits.has(hash)).flatMap(([, r]) => r.map((o) => o.cdpId)),
    ),
    ...named(
      "with one liquidation recorded twice",
      [...records.values()].filter((same) => same.length > 1).map(([first]) => first?.cdpId ?? ""),
    ),
    ...named(
      "recorded under another CDP's id",
      of((commit, record) => commit.cdpId === record.cdpId),
    ),
    ...named(
      "whose record of what was paid differs from the ledger",
      of((commit, record) => sameAmounts(commit.paid, record.paid)),
    ),
    ...named(
      "whose record of what was seized differs from the ledger",
      of((commit, record) => sameAmounts(commit.seized, record.seized)),
    ),
    ...named(
      "whose record of the NFT that was seized differs from the ledger",
      of(({ seizedNft }, { seizedNfts: [recorded] }) => seizedNft?.id === recorded?.id),
    ),
    ...named(
      "whose record of how it was paid for differs from the ledger",
      of((commit, record) => fundingOf(commit) === record.funding),
    ),
    ...named(
      "whose recorded profit differs from the ledger",
      of((commit, record) => commit.profitXrd === record.profitXrd),
    ),
    ...named(
      "liquidated at a loss",
      audit.liquidations.filter((c) => c.profitXrd.startsWith("-")).map(({ cdpId }) => cdpId),
    ),
  ];
}

const EXAMPLES = 5;

/** How many, and the first of them. */
export function named(what: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  const more = ids.length > EXAMPLES ? ` and ${ids.length - EXAMPLES} more` : "";
  return [`${count(ids.length, "position")} ${what}: ${ids.slice(0, EXAMPLES).join(", ")}${more}`];
}

export function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? "" : "s"}`;
}
