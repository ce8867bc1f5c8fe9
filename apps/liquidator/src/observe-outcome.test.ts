import { ENDINGS, type Outcome } from "@weft/messages";
import { createLogger } from "@weft/runtime";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";
import { observeOutcome } from "./observe-outcome.ts";

const outcome: Outcome = {
  version: 1,
  cdpId: "#12#",
  runId: "20261120T120000Z",
  attempt: 3,
  ending: "liquidated",
  detail: "committed at state version 1010",
  liquidationLtvBefore: "1.2",
  transaction: {
    intentHash: "txid_1",
    endEpochExclusive: 12,
    committedStateVersion: "1010",
    feeXrd: "0.5",
  },
  paid: [],
  seized: [],
  seizedNfts: [],
  funding: "inventory",
  profitXrd: "5.5",
  times: {
    queuedAt: "2026-11-20T12:00:01Z",
    receivedAt: "2026-11-20T12:00:02Z",
    submittedAt: "2026-11-20T12:00:04Z",
    committedAt: "2026-11-20T12:00:09Z",
    endedAt: "2026-11-20T12:00:09Z",
  },
  traceId: "0123456789abcdef0123456789abcdef",
};

function setUp() {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    ...{ app: "liquidator", version: "0", level: "info" },
    destination: { write: (line: string) => lines.push(JSON.parse(line)) },
  });
  return {
    lines,
    observe: (change: Partial<Outcome>) => observeOutcome({ ...outcome, ...change }, metrics, log),
    async value(name: string) {
      const line = (await registry.metrics()).split("\n").find((one) => one.startsWith(`${name} `));
      return line === undefined ? undefined : Number(line.split(" ").at(-1));
    },
  };
}

test("every ending that there is is counted from the start, each by its own name", async () => {
  const { observe, value } = setUp();
  const counts = () =>
    Promise.all(ENDINGS.map((ending) => value(`liquidator_attempts_total{ending="${ending}"}`)));
  expect(await counts()).toEqual(ENDINGS.map(() => 0));
  ENDINGS.forEach((ending, index) => {
    for (let time = 0; time <= index; time += 1) observe({ ending });
  });
  expect(await counts()).toEqual(ENDINGS.map((_, index) => index + 1));
});

test("an ending is told with its numbers and its trace, and its times, profit and fee are counted", async () => {
  const { observe, value, lines } = setUp();
  observe({});
  observe({
    ending: "stale",
    transaction: null,
    profitXrd: null,
    times: { ...outcome.times, submittedAt: null, committedAt: null },
  });
  expect(lines[0]).toMatchObject({
    message: "attempt ended",
    ...{ cdpId: "#12#", runId: "20261120T120000Z", attempt: 3, ending: "liquidated" },
    ...{ detail: "committed at state version 1010", intentHash: "txid_1", profitXrd: "5.5" },
    traceId: "0123456789abcdef0123456789abcdef",
  });
  expect(await value("liquidator_queued_to_submitted_seconds_sum")).toBe(3);
  expect(await value("liquidator_queued_to_submitted_seconds_count")).toBe(1);
  expect(await value("liquidator_submitted_to_committed_seconds_sum")).toBe(5);
  expect(await value("liquidator_profit_xrd_total")).toBe(5.5);
  expect(await value("liquidator_fees_xrd_total")).toBe(0.5);
});
