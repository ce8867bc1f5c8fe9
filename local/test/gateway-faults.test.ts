import { type BatchSummary, runManifestKey } from "@weft/messages";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readRunBooks } from "../src/start/books.ts";
import { type FrontGateway, startFrontGateway } from "./front-gateway.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";

const CALM = new AbortController().signal;
const MINTED = 600;
const BATCH_SIZE = 100;
const BETWEEN_RUNS_SECONDS = 300;

let stack: RunningStack;
let front: FrontGateway;

beforeAll(async () => {
  front = await startFrontGateway();
  stack = await startRunningStack(MINTED, front);
  // The price guard sees every price once.
  await stack.round(BATCH_SIZE);
}, 60_000);

afterEach(async () => {
  front.mode = "serves";
  await stack.setFaults({
    ...{ rateLimitRate: null, errorRate: null, timeoutRate: null, retryAfterSeconds: null },
    ...{ latencyMs: null, laggingVersions: null },
  });
});

afterAll(async () => {
  await stack.stop();
  front.close();
});

/** The next run, to its end: nobody helps it. */
async function sweep(): Promise<readonly BatchSummary[]> {
  await stack.control.advance(BETWEEN_RUNS_SECONDS, CALM);
  const runId = await stack.round(BATCH_SIZE);
  expect(await stack.clients.objects.getJson(runManifestKey(runId), CALM)).toMatchObject({
    expected: MINTED,
  });
  return (await readRunBooks(stack.clients.objects, runId, CALM)).summaries;
}

/** Every CDP is scanned or burned, none failed, and none of this calm market became a candidate. */
async function expectWhole(summaries: readonly BatchSummary[]) {
  const total = { scanned: 0, burned: 0, others: 0, candidates: 0 };
  for (const { scanned, skipped, failed, candidates } of summaries) {
    total.scanned += scanned;
    total.burned += skipped.burned;
    total.others += skipped.unknown + skipped.superseded;
    total.others += Object.values(failed).reduce((sum, count) => sum + count, 0);
    total.candidates += candidates;
  }
  expect(total.scanned + total.burned).toBe(MINTED);
  expect(total).toMatchObject({ others: 0, candidates: 0 });
  const metrics = await stack.indexerMetrics();
  expect(metrics.get("indexer_candidates_total")).toBe(0);
  expect((await stack.control.audit(CALM)).liquidations).toEqual([]);
}

describe("a sweep is whole, and needs nobody,", { timeout: 60_000 }, () => {
  test("when one request in five is refused and one in five fails", async () => {
    await stack.setFaults({ rateLimitRate: 0.2, errorRate: 0.2, retryAfterSeconds: 0 });
    await expectWhole(await sweep());
    const metrics = await stack.indexerMetrics();
    const retries = [...metrics].filter(([name]) => name.startsWith("indexer_gateway_retries_"));
    const reasons = retries.map(([name]) => /reason="(\w+)"/.exec(name)?.[1]);
    expect(new Set(reasons)).toEqual(new Set(["gateway_rate_limited", "gateway_unavailable"]));
  });

  test("when one request in five takes the Gateway too long", async () => {
    await stack.setFaults({ timeoutRate: 0.2 });
    await expectWhole(await sweep());
  });

  test("when every answer takes ten times as long, and is as fast again afterwards", async () => {
    await stack.setFaults({ latencyMs: 10 });
    await expectWhole(await sweep());
    await stack.setFaults({ latencyMs: 100 });
    await expectWhole(await sweep());
    await stack.setFaults({ latencyMs: 0 });
    await expectWhole(await sweep());
  });

  test("when the ledger's replica lags by fifty versions", async () => {
    await stack.setFaults({ laggingVersions: 50 });
    await expectWhole(await sweep());
  });

  test("when the preferred replica knows none of the versions that reads are pinned to", async () => {
    front.mode = "behind";
    const before = front.refused();
    await expectWhole(await sweep());
    expect(front.refused()).toBeGreaterThan(before);
    const metrics = await stack.indexerMetrics();
    const host = front.url.slice("http://".length);
    expect(metrics.get(`indexer_gateway_behind_total{host="${host}"}`)).toBeGreaterThan(0);
  });

  test("when the preferred base URL is dead, and it is asked again once it lives", async () => {
    front.mode = "dead";
    const before = front.refused();
    await expectWhole(await sweep());
    expect(front.refused()).toBeGreaterThan(before);
    front.mode = "serves";
    const after = front.refused();
    await expectWhole(await sweep());
    expect(front.refused()).toBe(after);
  });
});
