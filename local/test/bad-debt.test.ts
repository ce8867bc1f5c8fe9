import type { BatchSummary } from "@weft/messages";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readOutcomes, readRunBooks } from "../src/start/books.ts";
import { leversOf } from "./price-levers.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";

const CALM = new AbortController().signal;
const CDPS = 120;
const BATCH_SIZE = 50;
const RUN_SECONDS = 300;

let stack: RunningStack;
/** Bad debt before anything was liquidated. */
let badDebts: readonly string[];
let runId: string;

beforeAll(async () => {
  stack = await startRunningStack(CDPS);
  await stack.control.crash("0.25", CALM);
  await stack.believePrices();
  badDebts = await badDebtNow();
}, 60_000);

afterAll(() => stack.stop());

async function badDebtNow(): Promise<string[]> {
  const { overLine } = await stack.control.audit(CALM);
  return overLine.filter(({ badDebt }) => badDebt).map(({ cdpId }) => cdpId);
}

const sum = (summaries: readonly BatchSummary[], of: (one: BatchSummary) => number) =>
  summaries.reduce((total, one) => total + of(one), 0);

test("bad debt is told of once in each run, and nobody tries it", async () => {
  expect(badDebts.length).toBeGreaterThan(0);
  for (const _ of [1, 2, 3]) {
    await stack.control.advance(RUN_SECONDS, CALM);
    const known = await badDebtNow();
    const already = (await stack.indexerMetrics()).get('indexer_cdps_total{verdict="bad_debt"}');
    runId = await stack.round(BATCH_SIZE);
    const { summaries } = await readRunBooks(stack.clients.objects, runId, CALM);
    expect(sum(summaries, ({ verdicts }) => verdicts.bad_debt ?? 0)).toBe(known.length);
    const counted = (await stack.indexerMetrics()).get('indexer_cdps_total{verdict="bad_debt"}');
    expect((counted ?? 0) - (already ?? 0)).toBe(known.length);
  }
  // There was work, and none of it was theirs.
  const { liquidations } = await stack.control.audit(CALM);
  expect(liquidations.length).toBeGreaterThan(0);
  const outcomes = await readOutcomes(stack.clients.objects, CALM);
  expect(outcomes.filter(({ cdpId }) => badDebts.includes(cdpId))).toEqual([]);
}, 60_000);

test("a candidate for it ends as bad debt, with the figures that say so and nothing signed", async () => {
  for (const cdpId of badDebts) {
    const { liquidations } = await stack.control.audit(CALM);
    expect(await leversOf(stack, CDPS).outcomeOfDeceived(runId, cdpId)).toMatchObject({
      ending: "bad_debt",
      detail: expect.stringMatching(
        /^liquidation_ltv [\d.]+, loans [\d.]+ XRD, collateral [\d.]+ XRD$/,
      ),
      transaction: null,
    });
    expect((await stack.control.audit(CALM)).liquidations).toEqual(liquidations);
  }
});
