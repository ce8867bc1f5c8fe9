import {
  type BatchSummary,
  type Candidate,
  candidateSchema,
  type Outcome,
  outcomeKey,
  outcomeSchema,
  type RunPrices,
  runManifestKey,
  runManifestSchema,
  runPricesKey,
  runPricesSchema,
} from "@weft/messages";
import { readRunBooks } from "../src/start/books.ts";
import { type CdpVerdict, readVerdicts } from "./run-verdicts.ts";
import type { RunningStack } from "./running-stack.ts";
import { until } from "./until.ts";

const CALM = new AbortController().signal;
const RUN_SECONDS = 300;

/** One run of one batch, and what the ledger itself would have said when it began. */
export interface PricedRun {
  readonly runId: string;
  readonly summary: BatchSummary;
  readonly decisions: RunPrices["assets"];
  readonly cdps: ReadonlyMap<string, CdpVerdict>;
  /** Whom the ledger lets anyone liquidate at its prices, be they true or a lie; bad debt is not among them. */
  readonly overLine: readonly string[];
}

export type PriceLevers = ReturnType<typeof leversOf>;

/** What a test does to the prices of a stack's ledger, and what a run then makes of it. */
export function leversOf(stack: RunningStack, cdpCount: number) {
  /** What the last run said that believed every price. */
  let calm: ReadonlyMap<string, CdpVerdict> = new Map();
  const post = async (path: string, body: object): Promise<void> => {
    const response = await fetch(`${stack.gatewayUrl}/control/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
  };
  const addressOf = async (symbol: string) =>
    (await stack.control.addresses(CALM)).resources[symbol] ?? "";
  return {
    post,
    addressOf,
    async priceOf(symbol: string) {
      const response = await fetch(`${stack.gatewayUrl}/control/prices`);
      const { prices } = (await response.json()) as { prices: Record<string, string> };
      return Number(prices[await addressOf(symbol)]);
    },
    set: (symbol: string, price: number) => post("prices", { set: { [symbol]: price.toFixed(6) } }),
    /** A run, after its time has come. */
    async run(): Promise<PricedRun> {
      await stack.control.advance(RUN_SECONDS, CALM);
      const { overLine } = await stack.control.audit(CALM);
      const runId = await stack.round(cdpCount);
      const { objects } = stack.clients;
      const { summaries } = await readRunBooks(objects, runId, CALM);
      const summary = summaries[0] as BatchSummary;
      const stored = await objects.getJson(runPricesKey(runId), CALM);
      const cdps = await readVerdicts(stack, runId);
      if (summary.verdicts.unverified === 0) calm = cdps;
      return {
        ...{ runId, summary, cdps },
        decisions: runPricesSchema.parse(stored).assets,
        overLine: overLine.filter(({ badDebt }) => !badDebt).map(({ cdpId }) => cdpId),
      };
    },
    /**
     * The verdicts, by CDP, of a run that believes all but the prices of these assets: who owes something, and owes or holds
     * one of them or its deposit unit, is unverified; everybody else is what they were to the last run that believed all.
     */
    async verdictsWithout(symbols: readonly string[]): Promise<Record<string, string>> {
      const { resources, depositUnits } = await stack.control.addresses(CALM);
      const struck = new Set(symbols.flatMap((name) => [resources[name], depositUnits[name]]));
      const verdicts = Array.from(calm, ([id, before]) => {
        const isStruck = before.resources.some((resource) => struck.has(resource));
        const verdict = before.verdict === "no_debt" || !isStruck ? before.verdict : "unverified";
        return [id, verdict] as const;
      });
      return Object.fromEntries(verdicts);
    },
    /** Transactions that anybody handed to the ledger, committed or not. */
    async submissions(): Promise<number> {
      const response = await fetch(`${stack.gatewayUrl}/control/requests`);
      const { byPath } = (await response.json()) as { byPath: Record<string, number> };
      return byPath["/transaction/submit"] ?? 0;
    },
    /** Queues a candidate as if an indexer had been deceived, and returns what the liquidator made of it. */
    async outcomeOfDeceived(runId: string, cdpId: string): Promise<Outcome> {
      const { attempts, objects } = stack.clients;
      const attempt = (await attempts.read(cdpId, CALM))?.record.nextAttempt ?? 0;
      const stored = await objects.getJson(runManifestKey(runId), CALM);
      const { stateVersion, traceId } = runManifestSchema.parse(stored);
      const nowMs = await stack.control.nowMs(CALM);
      const body: Candidate = candidateSchema.parse({
        version: 1,
        kind: "candidate",
        cdpId,
        runId,
        batchIndex: 0,
        cause: "scan",
        pinnedStateVersion: stateVersion,
        confirmedFromStateVersion: stateVersion,
        liquidationLtv: "1.1",
        loanValueXrd: "100",
        collateralValueXrd: "120",
        cdpFingerprint: "0011223344556677",
        queuedAt: new Date(nowMs).toISOString(),
        expiresAt: new Date(nowMs + 3_600_000).toISOString(),
        traceId,
      });
      const fifo = { group: cdpId, deduplicationId: `deceived-${runId}` };
      await stack.send(stack.queueNames.liquidation, JSON.stringify(body), fifo);
      const key = outcomeKey(runId, cdpId, attempt);
      return outcomeSchema.parse(await until(() => objects.getJson(key, CALM)));
    },
  };
}
