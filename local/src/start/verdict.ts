import type { Outcome } from "@weft/messages";
import type { TreasuryBooks } from "@weft/store";
import type { Audit } from "../simulator/ledger/types.ts";
import { sameAmounts } from "./amounts.ts";
import type { RunBooks } from "./books.ts";
import { coverageOf } from "./coverage.ts";
import { type OverLine, sortOverLine } from "./over-line.ts";
import { fundingOf } from "./report.ts";
import { treasuryFaults } from "./treasury-faults.ts";

/** Messages that the programs set aside for a person. */
interface Parked {
  readonly queue: string;
  readonly messages: number;
}

export interface Evidence {
  /** In the order they ran. */
  readonly runs: readonly RunBooks[];
  readonly outcomes: readonly Outcome[];
  /** The ledger's own account; null on a public network, where there is none to ask. */
  readonly audit: Audit | null;
  readonly parked: readonly Parked[];
  /** Null on a public network, where nothing is signed. */
  readonly treasury: Pick<TreasuryBooks, "holds" | "feesXrd"> | null;
  /** Nothing was to be signed. */
  readonly dryRun: boolean;
}

export interface Verdict {
  /** Nothing was violated. */
  readonly ok: boolean;
  /** One sentence per violated rule. */
  readonly violations: readonly string[];
  /** Null without an audit. */
  readonly overLine: OverLine | null;
  /** Two commits of one attempt, or two intents of one CDP unfinal together. */
  readonly doubleCommits: number;
  readonly wronglyTouched: number;
}

/** Whether the backend did all it had to and nothing else, by its own books and by the ledger's. */
export function judge(evidence: Evidence): Verdict {
  const { runs, outcomes, audit, parked, treasury, dryRun } = evidence;
  const books = [
    ...runs.flatMap(coverageFaults),
    ...parked.flatMap(parkedFaults),
    ...(treasury === null ? [] : treasuryFaults(treasury, outcomes)),
  ];
  const lastRunId = runs.at(-1)?.manifest.runId ?? "";
  if (audit === null) {
    return {
      ok: books.length === 0,
      violations: books,
      overLine: null,
      doubleCommits: 0,
      wronglyTouched: 0,
    };
  }
  const overLine = sortOverLine(audit, { outcomes, lastRunId, dryRun });
  const doubles = doubleCommits(audit, outcomes);
  const violations = [
    ...books,
    ...populationFaults(runs.at(-1), audit),
    ...named("over the line and not liquidated", overLine.missed),
    ...(dryRun
      ? named(
          "liquidated in a dry run",
          audit.liquidations.map(({ cdpId }) => cdpId),
        )
      : []),
    ...named("touched by a liquidation although not over the line", audit.wronglyTouched),
    ...named(
      "with two intents unfinal together",
      audit.unfinalTogether.map(({ cdpId }) => cdpId),
    ),
    ...named("with two commits of one attempt", doubles),
    ...recordFaults(audit, outcomes),
    ...audit.imbalances.map(
      ({ resource, expected, actual }) =>
        `${resource} is not conserved: ${actual} where ${expected} was put in`,
    ),
  ];
  return {
    ok: violations.length === 0,
    violations,
    overLine,
    doubleCommits: doubles.length + audit.unfinalTogether.length,
    wronglyTouched: audit.wronglyTouched.length,
  };
}

function coverageFaults(run: RunBooks): string[] {
  const { manifest, summaries } = run;
  const { expected, scanned, skipped, failed } = coverageOf(run);
  const faults: string[] = [];
  if (summaries.length !== manifest.batchCount) {
    faults.push(
      `run ${manifest.runId}: ${summaries.length} of ${manifest.batchCount} batches have a summary`,
    );
  }
  if (expected !== scanned + skipped + failed) {
    faults.push(
      `run ${manifest.runId}: ${expected} positions expected, ${scanned} scanned + ${skipped} skipped + ${failed} failed`,
    );
  }
  if (failed > 0) faults.push(`run ${manifest.runId}: ${failed} positions could not be read`);
  return faults;
}

function parkedFaults({ queue, messages }: Parked): string[] {
  return messages === 0 ? [] : [`${count(messages, "message")} set aside in ${queue}`];
}

/** The last run against the ledger: all that live were scanned, and no more. */
function populationFaults(run: RunBooks | undefined, audit: Audit): string[] {
  if (run === undefined) return ["no run was made"];
  const { expected, scanned } = coverageOf(run);
  const { minted, live } = audit.cdps;
  const faults: string[] = [];
  if (expected !== minted) {
    faults.push(`the last run expected ${expected} positions, the ledger minted ${minted}`);
  }
  if (scanned !== live) faults.push(`the last run scanned ${scanned} positions, ${live} live`);
  return faults;
}

function doubleCommits(audit: Audit, outcomes: readonly Outcome[]): string[] {
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

function named(what: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  const more = ids.length > EXAMPLES ? ` and ${ids.length - EXAMPLES} more` : "";
  return [`${count(ids.length, "position")} ${what}: ${ids.slice(0, EXAMPLES).join(", ")}${more}`];
}

function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? "" : "s"}`;
}
