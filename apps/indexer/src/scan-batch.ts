import { assertFresh, type CdpRead, type LedgerHead } from "@weft/ledger";
import { type BatchSummary, batchCdpIds, type Candidate, type IndexBatch } from "@weft/messages";
import type { Market, ScreenLines } from "@weft/protocol";
import { AppError, inParallel } from "@weft/runtime";
import type { CdpFinding, Suspect } from "./cdp-finding.ts";
import { type CheckControlDeps, checkControl } from "./check-control.ts";
import { type ConfirmCdpsDeps, confirmCdps, unconfirmed } from "./confirm-cdps.ts";
import type { MarketPrices } from "./judge-prices.ts";
import { makeCandidates } from "./make-candidates.ts";
import type { PinnedState } from "./market-cache.ts";
import type { ReadRecentHead } from "./recent-head.ts";
import { describeSuspect } from "./report-prices.ts";
import { screenCdps } from "./screen-cdps.ts";
import type { WithStakingUnits } from "./staking-units.ts";
import { summarizeBatch, summarizeSuperseded } from "./summarize-batch.ts";

/** A batch, and which delivery of its message this is: 1 is the first. */
export interface BatchDelivery {
  readonly batch: IndexBatch;
  readonly receiveCount: number;
}

/** How the scan of a batch ended, the expected ways. Anything else is thrown. */
export interface BatchScan {
  /** `repeated` when the batch had been worked to its end before: nothing was done, `summary` is what was stored then. */
  readonly kind: "scanned" | "superseded" | "repeated";
  readonly summary: BatchSummary;
}

export interface ScanBatchDeps {
  readonly isSuperseded: (runId: string, signal: AbortSignal) => Promise<boolean>;
  /** Shared by the batches of the process. */
  readonly readMarket: (state: PinnedState) => Promise<Market>;
  /** The market, with the staking units that these CDPs pledge; shared by the batches of the process. */
  readonly withStakingUnits: WithStakingUnits;
  /** Whether to believe the market's prices; shared by the batches of the process. Never rejects for want of an answer. */
  readonly judgePrices: (market: Market, batch: IndexBatch) => Promise<MarketPrices>;
  readonly readCdps: (
    ids: readonly string[],
    stateVersion: bigint,
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, CdpRead>>;
  /** Shared by the batches of the process. */
  readonly readHead: ReadRecentHead;
  readonly ledgerNowMs: (signal: AbortSignal) => Promise<number>;
  /** Shared by the batches of the process. */
  readonly valueCdps: ConfirmCdpsDeps["valueCdps"];
  readonly sendCandidates: (candidates: readonly Candidate[], signal: AbortSignal) => Promise<void>;
  readonly putSnapshot: (
    batch: IndexBatch,
    findings: readonly CdpFinding[],
    signal: AbortSignal,
  ) => Promise<void>;
  /** Undefined when there is none, or none of this batch at its state version. */
  readonly readSummary: (
    batch: IndexBatch,
    signal: AbortSignal,
  ) => Promise<BatchSummary | undefined>;
  readonly putSummary: (summary: BatchSummary, signal: AbortSignal) => Promise<void>;
  readonly observeControl: CheckControlDeps["observeControl"];
  readonly observeHeadAge: (seconds: number) => void;
  readonly observeScreening: (counts: {
    /** CDPs whose health was computed off-ledger. */
    readonly assessed: number;
    /** Of them, those that the ledger is asked about. */
    readonly suspects: number;
  }) => void;
  /** Wall time, milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly lines: ScreenLines;
  readonly confirmGroupSize: number;
  readonly candidateTtlSeconds: number;
  readonly maxHeadAgeSeconds: number;
}

/**
 * Scans one batch: read at the pinned state → screen → confirm at the tip, sending candidates → snapshot → summary.
 *
 * The summary comes last: where there is one, everything else is there, and a second delivery has nothing to do. Where
 * there is none, scanning again overwrites the same objects, and sends candidates that say where they come from. It is
 * looked for only where it may be: by a redelivery, in a run that is dispatched again, and before a superseded batch is put
 * down as unread. That the queue gives out one message twice as though for the first time is rare, and costs a scan.
 *
 * @throws {AppError} `stale_head` or `head_behind_batch` (retry), or what an adapter throws
 */
export async function scanBatch(
  { batch, receiveCount }: BatchDelivery,
  deps: ScanBatchDeps,
  signal: AbortSignal,
): Promise<BatchScan> {
  const startedAtMs = deps.wallMs();
  const span = () => ({ startedAtMs, finishedAtMs: deps.wallMs() });
  const isSuperseded = await deps.isSuperseded(batch.runId, signal);
  const mayBeDone = isSuperseded || receiveCount > 1 || batch.again === true;
  const stored = mayBeDone ? await deps.readSummary(batch, signal) : undefined;
  if (stored !== undefined) return { kind: "repeated", summary: stored };
  if (isSuperseded) {
    const summary = summarizeSuperseded(batch, span());
    await deps.putSummary(summary, signal);
    return { kind: "superseded", summary };
  }

  const read = await readAndScreen(batch, deps, signal);
  const { screened } = read;
  const suspects = screened.filter((one): one is Suspect => one.kind === "suspect");
  const assessed = screened.filter(({ kind }) => ASSESSED.has(kind)).length;
  deps.observeScreening({ assessed, suspects: suspects.length });
  const confirmed = await askTheLedger(batch, { ...read, suspects }, deps, signal);
  const findings = screened.map(
    (one) =>
      confirmed.get(one.id) ?? (one.kind === "suspect" ? unconfirmed(one, "nobody asked") : one),
  );
  await deps.putSnapshot(batch, findings, signal);
  const summary = summarizeBatch(batch, findings, span());
  await deps.putSummary(summary, signal);
  return { kind: "scanned", summary };
}

const ASSESSED: ReadonlySet<string> = new Set(["suspect", "scanned", "unverified"]);

async function readAndScreen(batch: IndexBatch, deps: ScanBatchDeps, signal: AbortSignal) {
  const ids = batchCdpIds(batch);
  const stateVersion = BigInt(batch.stateVersion);
  const state = { stateVersion, ledgerTimeMs: Date.parse(batch.ledgerTime) };
  const [believed, reads] = await inParallel(
    [() => readMarket(state, batch, deps), (s) => deps.readCdps(ids, stateVersion, s)],
    signal,
  );
  const { market, prices } = believed;
  const whole = await deps.withStakingUnits(market, reads);
  return { screened: screenCdps(ids, reads, whole, prices, deps.lines), market: whole, prices };
}

async function readMarket(state: PinnedState, batch: IndexBatch, deps: ScanBatchDeps) {
  const market = await deps.readMarket(state);
  return { market, prices: await deps.judgePrices(market, batch) };
}

interface Screened {
  readonly screened: readonly (CdpFinding | Suspect)[];
  readonly market: Market;
  readonly prices: MarketPrices;
}

/** What the ledger says of the suspects, and of the control if that is over the line, by id. */
async function askTheLedger(
  batch: IndexBatch,
  { suspects, ...read }: Screened & { readonly suspects: readonly Suspect[] },
  deps: ScanBatchDeps,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CdpFinding>> {
  const confirm = (some: readonly Suspect[], s: AbortSignal) =>
    some.length === 0
      ? Promise.resolve([])
      : confirmAndSend(batch, { suspects: some, prices: read.prices }, deps, s);
  const [findings, control] = await inParallel(
    [(s) => confirm(suspects, s), (s) => checkControl(read, batch, deps, s)],
    signal,
  );
  const unexpected = control === undefined ? [] : await confirm([control], signal);
  return new Map([...findings, ...unexpected].map((finding) => [finding.id, finding]));
}

async function confirmAndSend(
  batch: IndexBatch,
  { suspects, prices }: { readonly suspects: readonly Suspect[]; readonly prices: MarketPrices },
  deps: ScanBatchDeps,
  signal: AbortSignal,
): Promise<CdpFinding[]> {
  const head = await readTip(batch, deps, signal);
  return confirmCdps(
    suspects,
    {
      valueCdps: deps.valueCdps,
      onGroup: async (findings, s) => {
        const confirmation = {
          head,
          queuedAtMs: deps.wallMs(),
          ttlSeconds: deps.candidateTtlSeconds,
        };
        const candidates = makeCandidates(findings, batch, confirmation);
        if (candidates.length > 0) await deps.sendCandidates(candidates, s);
      },
      findDoubt: (health) => {
        const suspect = prices.findSuspectAtTip(health);
        return suspect && `at the tip: ${describeSuspect(suspect)}`;
      },
      groupSize: deps.confirmGroupSize,
      badDebtCollateralXrd: deps.lines.badDebtCollateralXrd,
    },
    signal,
  );
}

/** The head that previews run at, or later: fresh, and no older than what the batch was read at. */
async function readTip(
  batch: IndexBatch,
  deps: ScanBatchDeps,
  signal: AbortSignal,
): Promise<LedgerHead> {
  const pinned = BigInt(batch.stateVersion);
  const head = await deps.readHead(pinned);
  const nowMs = await deps.ledgerNowMs(signal);
  deps.observeHeadAge((nowMs - head.timestampMs) / 1_000);
  assertFresh(head, { nowMs, maxAgeSeconds: deps.maxHeadAgeSeconds });
  if (head.stateVersion >= pinned) return head;
  throw new AppError(
    "head_behind_batch",
    `the Gateway is at state ${head.stateVersion}, the batch was pinned to ${batch.stateVersion}`,
    { disposition: "retry" },
  );
}
