import { createHash } from "node:crypto";
import { ENDINGS, type Ending, FUNDING_KINDS, type Outcome } from "@weft/messages";
import type { Audit } from "../simulator/ledger/types.ts";
import { canonicalAmounts, sumDecimals } from "./amounts.ts";
import type { RunBooks } from "./books.ts";
import { type Coverage, coverageOf, sumCoverage } from "./coverage.ts";
import type { StartOptions } from "./flags.ts";
import { type Latencies, latenciesOf } from "./latency.ts";
import type { OverLine } from "./over-line.ts";
import type { PriceCounts } from "./price-decisions.ts";
import type { Verdict } from "./verdict.ts";

type FundingKind = (typeof FUNDING_KINDS)[number];

/** What the simulated Gateway was asked. */
export interface GatewayRequests {
  readonly reads: number;
  readonly previews: number;
  readonly transactions: number;
}

export interface FinishedRound {
  readonly number: number;
  readonly books: RunBooks;
  /** What the price guard decided; null when it has not said. */
  readonly prices: PriceCounts | null;
  readonly wallMs: number;
}

/** All that is known when the rounds are over. */
export interface RunResult {
  readonly options: StartOptions;
  readonly rounds: readonly FinishedRound[];
  readonly outcomes: readonly Outcome[];
  readonly audit: Audit | null;
  readonly verdict: Verdict;
  /** Null on a public network: nobody counts there. */
  readonly gatewayRequests: GatewayRequests | null;
  readonly restarts: ReadonlyMap<string, number>;
  readonly wallMs: number;
}

/** The result of a run for machines. */
export interface Report {
  readonly version: 1;
  readonly ok: boolean;
  readonly violations: readonly string[];
  readonly network: string;
  /** Nothing was to be signed. */
  readonly dryRun: boolean;
  readonly seed: number;
  /** Positions ever minted, as the last round saw them. */
  readonly cdps: number;
  /** Over all rounds. */
  readonly coverage: Coverage;
  readonly rounds: readonly RoundReport[];
  readonly candidates: number;
  readonly endings: Readonly<Record<Ending, number>>;
  /** Liquidations that the ledger committed. */
  readonly commits: number;
  readonly doubleCommits: number;
  readonly missed: number;
  readonly wronglyTouched: number;
  /** Positions over the line at the end, by why; null without an audit. */
  readonly overLine: Readonly<Record<keyof OverLine, number>> | null;
  readonly gatewayRequests: GatewayRequests | null;
  readonly latencyMs: Latencies;
  /** Liquidations by how they were paid for. */
  readonly funding: Readonly<Record<FundingKind, number>>;
  /** What the liquidator's account gained, by the ledger's account; decimal text. */
  readonly profitXrd: string;
  /** Starts of a process that had died, by process. */
  readonly restarts: Readonly<Record<string, number>>;
  /** The same for the same liquidations, whenever they were made and by whichever process. */
  readonly liquidationsDigest: string;
  readonly wallMs: number;
}

interface RoundReport {
  readonly round: number;
  readonly runId: string;
  readonly stateVersion: string;
  readonly coverage: Coverage;
  readonly candidates: number;
  readonly endings: Readonly<Record<Ending, number>>;
  /** Assets by what the price guard decided of them, and why; null when it has not said. */
  readonly prices: PriceCounts | null;
  /** Scanned, and depending on a suspect price. */
  readonly unverified: number;
  readonly wallMs: number;
}

export function reportOf(result: RunResult): Report {
  const { options, rounds, outcomes, audit, verdict } = result;
  const liquidations = audit?.liquidations ?? [];
  const { overLine } = verdict;
  return {
    version: 1,
    ok: verdict.ok,
    violations: verdict.violations,
    network: options.network,
    dryRun: options.dryRun,
    seed: options.seed,
    cdps: rounds.at(-1)?.books.manifest.expected ?? 0,
    coverage: sumCoverage(rounds.map(({ books }) => coverageOf(books))),
    rounds: rounds.map((round) => roundReport(round, outcomes)),
    candidates: rounds.reduce((total, { books }) => total + candidatesOf(books), 0),
    endings: countEndings(outcomes),
    commits: liquidations.length,
    doubleCommits: verdict.doubleCommits,
    missed: overLine?.missed.length ?? 0,
    wronglyTouched: verdict.wronglyTouched,
    overLine: overLine && {
      badDebt: overLine.badDebt.length,
      exempt: overLine.exempt.length,
      unprofitable: overLine.unprofitable.length,
      held: overLine.held.length,
      missed: overLine.missed.length,
    },
    gatewayRequests: result.gatewayRequests,
    latencyMs: latenciesOf(outcomes),
    funding: countFunding(liquidations),
    profitXrd: sumDecimals(liquidations.map(({ profitXrd }) => profitXrd)),
    restarts: Object.fromEntries(result.restarts),
    liquidationsDigest: digestOf(liquidations),
    wallMs: Math.round(result.wallMs),
  };
}

function roundReport(round: FinishedRound, outcomes: readonly Outcome[]): RoundReport {
  const { number, books, prices, wallMs } = round;
  const { runId, stateVersion } = books.manifest;
  return {
    round: number,
    runId,
    stateVersion,
    coverage: coverageOf(books),
    candidates: candidatesOf(books),
    endings: countEndings(outcomes.filter((outcome) => outcome.runId === runId)),
    prices,
    unverified: books.summaries.reduce((total, { verdicts }) => total + verdicts.unverified, 0),
    wallMs: Math.round(wallMs),
  };
}

function candidatesOf({ summaries }: RunBooks): number {
  return summaries.reduce((total, { candidates }) => total + candidates, 0);
}

function countEndings(outcomes: readonly Outcome[]): Record<Ending, number> {
  const counts = Object.fromEntries(ENDINGS.map((ending) => [ending, 0]));
  for (const { ending } of outcomes) counts[ending] = (counts[ending] ?? 0) + 1;
  return counts as Record<Ending, number>;
}

/** By what the ledger saw happen in the transaction, not by what the backend says of it. */
export function fundingOf(liquidation: Audit["liquidations"][number]): FundingKind {
  const { seizedNft, flashLent, swaps } = liquidation;
  if (seizedNft !== null) return "nft";
  if (!flashLent) return "inventory";
  return swaps > 0 ? "flash_swap" : "flash_redeem";
}

function countFunding(liquidations: Audit["liquidations"]): Record<FundingKind, number> {
  const counts = Object.fromEntries(FUNDING_KINDS.map((kind) => [kind, 0]));
  for (const one of liquidations) counts[fundingOf(one)] = (counts[fundingOf(one)] ?? 0) + 1;
  return counts as Record<FundingKind, number>;
}

export function digestOf(liquidations: Audit["liquidations"]): string {
  const lines = liquidations.map(
    ({ cdpId, paid, seized, seizedNft }) =>
      `${cdpId}:${canonicalAmounts(paid)}:${canonicalAmounts(seized)}${seizedNft?.id ?? ""}`,
  );
  return createHash("sha256").update(lines.sort().join("\n")).digest("hex");
}
