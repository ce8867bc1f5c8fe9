import type { Outcome } from "@weft/messages";
import type { TreasuryBooks } from "@weft/store";
import type { Audit } from "../simulator/ledger/types.ts";
import { attemptFaults, count, doubleCommits, named } from "./attempt-faults.ts";
import type { RunBooks } from "./books.ts";
import { coverageOf } from "./coverage.ts";
import { type OverLine, sortOverLine } from "./over-line.ts";
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
    ...attemptFaults(audit, outcomes),
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
