import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readOutcomes, readRunBooks } from "../src/start/books.ts";
import { coverageOf } from "../src/start/coverage.ts";
import { sortOverLine } from "../src/start/over-line.ts";
import { type FrontGateway, startFrontGateway } from "./front-gateway.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";

const CALM = new AbortController().signal;
const CDPS = 240;
const BATCH_SIZE = 60;
const RUN_SECONDS = 300;
const KILLS = 3;
const TEST_TIMEOUT_MS = 120_000;

let stack: RunningStack;
let front: FrontGateway;

beforeAll(async () => {
  front = await startFrontGateway();
  stack = await startRunningStack(CDPS, front, {
    // What a killed indexer held is soon seen again.
    variables: { VISIBILITY_TIMEOUT_SECONDS: "5", RECEIVE_WAIT_SECONDS: "1" },
  });
}, TEST_TIMEOUT_MS);

afterAll(async () => {
  await stack.stop();
  front.close();
});

/** Whole numbers from 1 to `most`, the same each time; Lehmer's generator. */
function createDice(seed: number) {
  let state = seed;
  return (most: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return (state % most) + 1;
  };
}

/** Kills the indexer each time it is about to send so many more requests; returns how often it has. */
function killIndexerAt(requests: readonly number[]): () => number {
  const left = [...requests];
  let sent = 0;
  front.onRequest = (program) => {
    if (program !== "weft-indexer") return;
    sent += 1;
    if (sent !== left[0]) return;
    sent = 0;
    left.shift();
    process.kill(Number(readFileSync(stack.folder.pidFile("indexer-1"), "utf8")), "SIGKILL");
  };
  return () => requests.length - left.length;
}

test(
  "an indexer killed at random, three times in one run, leaves no CDP out, queues nobody falsely and needs nobody",
  async () => {
    await stack.control.crash("0.2", CALM);
    let requestsOfARun = 0;
    front.onRequest = (program) => {
      if (program === "weft-indexer") requestsOfARun += 1;
    };
    await stack.believePrices();
    const { overLine } = await stack.control.audit(CALM);
    const liquidatable = overLine.filter(({ badDebt }) => !badDebt).map(({ cdpId }) => cdpId);
    const dice = createDice(7);
    const kills = Array.from({ length: KILLS }, () => dice(requestsOfARun));
    const killed = killIndexerAt(kills);

    const runId = await stack.round(BATCH_SIZE);
    expect(killed()).toBe(KILLS);
    front.onRequest = () => {};
    const books = coverageOf(await readRunBooks(stack.clients.objects, runId, CALM));
    const { minted, live, burned } = (await stack.control.audit(CALM)).cdps;
    expect(books).toEqual({ expected: minted, scanned: live, skipped: burned, failed: 0 });
    const queued = new Set((await readOutcomes(stack.clients.objects, CALM)).map((o) => o.cdpId));
    expect([...queued].toSorted()).toEqual(liquidatable.toSorted());
    expect(liquidatable.length).toBeGreaterThan(5);

    await stack.control.advance(RUN_SECONDS, CALM);
    const lastRunId = await stack.round(BATCH_SIZE);
    expect(await stack.dispatcherMetrics()).toMatchObject({
      ...{ dispatcher_previous_run_missing_cdps: 0, dispatcher_gap_cdps: 0 },
      ...{ dispatcher_lost_cdps: 0 },
    });
    const audit = await stack.control.audit(CALM);
    const outcomes = await readOutcomes(stack.clients.objects, CALM);
    expect(sortOverLine(audit, { outcomes, lastRunId, dryRun: false }).missed).toEqual([]);
    expect([audit.wronglyTouched, audit.unfinalTogether]).toEqual([[], []]);
    expect(await stack.depths(CALM)).toMatchObject({ indexParked: 0, liquidationParked: 0 });
  },
  TEST_TIMEOUT_MS,
);
