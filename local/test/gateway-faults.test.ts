import { type BatchSummary, runManifestKey } from "@weft/messages";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readRunBooks } from "../src/start/books.ts";
import { type FrontGateway, startFrontGateway } from "./front-gateway.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";
import { until } from "./until.ts";

const CALM = new AbortController().signal;
const MINTED = 600;
const BATCH_SIZE = 100;
const BETWEEN_RUNS_SECONDS = 300;
/** Of a circuit breaker, as its metric tells it. */
const [CLOSED, OPEN] = [0, 2];

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
    ...{ latencyMs: null, laggingVersions: null, emptyRatio: null },
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

/** Every CDP is burned or judged, as the ledger would, none failed, and none of this calm market became a candidate. */
async function expectWhole(summaries: readonly BatchSummary[]) {
  const total = { scanned: 0, burned: 0, others: 0, candidates: 0, unverified: 0, badDebt: 0 };
  for (const { scanned, skipped, failed, candidates, verdicts } of summaries) {
    total.scanned += scanned;
    total.burned += skipped.burned;
    total.others += skipped.unknown + skipped.superseded;
    total.others += Object.values(failed).reduce((sum, count) => sum + count, 0);
    total.candidates += candidates;
    total.unverified += verdicts.unverified;
    total.badDebt += verdicts.bad_debt;
  }
  const audit = await stack.control.audit(CALM);
  expect(total.scanned + total.burned).toBe(MINTED);
  expect(total).toEqual({
    ...{ scanned: audit.cdps.live, burned: audit.cdps.burned, others: 0, candidates: 0 },
    ...{ unverified: 0, badDebt: audit.overLine.length },
  });
  expect(audit.overLine.filter(({ badDebt }) => !badDebt)).toEqual([]);
  const metrics = await stack.indexerMetrics();
  expect(metrics.get("indexer_candidates_total")).toBe(0);
  expect(audit.liquidations).toEqual([]);
}

async function headVersion(): Promise<number> {
  const { gatewayUrl } = stack;
  const response = await fetch(`${gatewayUrl}/status/gateway-status`, { method: "POST" });
  const { ledger_state } = (await response.json()) as { ledger_state: { state_version: number } };
  return ledger_state.state_version;
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

  test("when the market cannot value a debt that nothing stands against", async () => {
    await stack.setFaults({ emptyRatio: "fails" });
    await expectWhole(await sweep());
  });

  test("when the ledger's replica lags by fifty versions", async () => {
    await stack.setFaults({ laggingVersions: 50 });
    const summaries = await sweep();
    await expectWhole(summaries);
    await stack.setFaults({ laggingVersions: null });
    const [pinned] = summaries;
    expect((await headVersion()) - Number(pinned?.stateVersion)).toBeGreaterThanOrEqual(50);
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
    const host = front.url.slice("http://".length);
    const sweepUntil = (breaker: number) =>
      until(async () => {
        await expectWhole(await sweep());
        const metrics = await stack.indexerMetrics();
        return metrics.get(`indexer_gateway_breaker_info{host="${host}"}`) === breaker;
      });
    front.mode = "dead";
    const before = front.refused();
    await sweepUntil(OPEN);
    expect(front.refused()).toBeGreaterThan(before);
    front.mode = "serves";
    // Only an answer closes it, and it is asked for one once in a while.
    await sweepUntil(CLOSED);
  });
});
