import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningStack, startRunningStack } from "./running-stack.ts";

const CALM = new AbortController().signal;
const MINTED = 600;
const BATCH_SIZE = 100;
const BATCHES = MINTED / BATCH_SIZE;
const BETWEEN_RUNS_SECONDS = 300;

let stack: RunningStack;

beforeAll(async () => {
  stack = await startRunningStack(MINTED);
  // The price guard sees every price once.
  await stack.round(BATCH_SIZE);
}, 60_000);

afterAll(() => stack.stop());

/** What one more sweep adds to the controls, by how they ended. */
async function sweep() {
  const counts = async () => {
    const metrics = await stack.indexerMetrics();
    return ["agrees", "deviates", "moved", "unanswered"].map(
      (end) => metrics.get(`indexer_controls_total{end="${end}"}`) ?? Number.NaN,
    );
  };
  const before = await counts();
  await stack.control.advance(BETWEEN_RUNS_SECONDS, CALM);
  await stack.round(BATCH_SIZE);
  const after = await counts();
  const [agrees, deviates, moved, unanswered] = after.map((n, at) => n - (before[at] ?? 0));
  return { agrees, deviates, moved, unanswered };
}

test("a ledger whose thresholds are lower than its configuration names is found out in one sweep", async () => {
  expect(await sweep()).toEqual({ agrees: BATCHES, deviates: 0, moved: 0, unanswered: 0 });
  await stack.setFaults({ thresholds: "lower" });
  expect(await sweep()).toEqual({ agrees: 0, deviates: BATCHES, moved: 0, unanswered: 0 });
}, 60_000);
