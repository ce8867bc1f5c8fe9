import { DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  type BatchSummary,
  batchSummaryKey,
  batchSummarySchema,
  type Candidate,
  candidateSchema,
  outcomeKey,
  outcomeSchema,
  type RunPrices,
  runManifestKey,
  runManifestSchema,
  runPricesKey,
  runPricesSchema,
} from "@weft/messages";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOCAL_AWS } from "../src/aws/names.ts";
import { readRunBooks } from "../src/start/books.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";
import { until } from "./until.ts";

const CALM = new AbortController().signal;
const CDPS = 120;
const RUN_SECONDS = 300;
const TEST_TIMEOUT_MS = 120_000;

type Asset = RunPrices["assets"][number];

/** What a test does to the ledger of a stack, and what a run then makes of it. */
function leversOf(stack: RunningStack) {
  const { gatewayUrl } = stack;
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${gatewayUrl}/control/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return response.json();
  };
  const addressOf = async (symbol: string) =>
    (await stack.control.addresses(CALM)).resources[symbol] ?? "";
  const priceOf = async (symbol: string) => {
    const response = await fetch(`${gatewayUrl}/control/prices`);
    const { prices } = (await response.json()) as { prices: Record<string, string> };
    return Number(prices[await addressOf(symbol)]);
  };
  const decisionsOf = async (runId: string): Promise<readonly Asset[]> =>
    runPricesSchema.parse(await stack.clients.objects.getJson(runPricesKey(runId), CALM)).assets;
  return {
    post,
    priceOf,
    set: (symbol: string, price: number) => post("prices", { set: { [symbol]: price.toFixed(6) } }),
    /** A run, after its time has come: every id accounted for, and why each asset was believed or not. */
    async run() {
      await stack.control.advance(RUN_SECONDS, CALM);
      const runId = await stack.round(CDPS);
      const { summaries } = await readRunBooks(stack.clients.objects, runId, CALM);
      const [summary] = summaries;
      const { expected, scanned, skipped, failed, verdicts, candidates } = summary as BatchSummary;
      expect(scanned + sum(skipped) + sum(failed)).toBe(expected);
      expect(expected).toBe(CDPS);
      expect(failed).toEqual({ undecodable: 0, unconfirmed: 0 });
      const decisions = await decisionsOf(runId);
      return { runId, verdicts, candidates, decisions };
    },
    async becauseOf(symbol: string, decisions: readonly Asset[]) {
      const address = await addressOf(symbol);
      return decisions.find(({ resource }) => resource === address)?.because;
    },
  };
}

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((total, n) => total + n, 0);

describe("without a reference", () => {
  let stack: RunningStack;
  let levers: ReturnType<typeof leversOf>;
  let honest: number;

  beforeAll(async () => {
    stack = await startRunningStack(CDPS);
    levers = leversOf(stack);
    honest = await levers.priceOf("xETH");
  }, TEST_TIMEOUT_MS);
  afterAll(() => stack.stop());

  /** Nobody was liquidated, and every CDP that has nothing to do with xETH was judged. */
  const expectCalm = async (verdicts: Record<string, number>, candidates: number) => {
    expect(candidates).toBe(0);
    expect(verdicts.healthy).toBeGreaterThan(0);
    expect((await stack.control.audit(CALM)).liquidations).toEqual([]);
  };

  test(
    "the first price ever seen is believed when it is observed again",
    async () => {
      const first = await levers.run();
      expect(new Set(first.decisions.map(({ because }) => because))).toEqual(
        new Set(["first_seen"]),
      );
      expect(first.verdicts.unverified).toBeGreaterThan(0);
      expect(first.candidates).toBe(0);
      const second = await levers.run();
      expect(second.verdicts.unverified).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );

  test.each([
    ["vanished", "absent", () => levers.post("prices", { remove: ["xETH"] })],
    ["at zero", "zero", () => levers.post("prices", { set: { xETH: "0" } })],
  ])(
    "an asset whose price is %s costs its own CDPs, and heals",
    async (_how, because, lie) => {
      await lie();
      const { previews } = await stack.control.requests(CALM);
      const struck = await levers.run();
      expect(await levers.becauseOf("xETH", struck.decisions)).toBe(because);
      expect(struck.verdicts.unverified).toBeGreaterThan(0);
      await expectCalm(struck.verdicts, struck.candidates);
      expect((await stack.control.requests(CALM)).previews - previews).toBeLessThan(10);
      await levers.set("xETH", honest);
      expect((await levers.run()).verdicts.unverified).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a price of 10^7 times its value, however often the feed repeats it, queues nothing, and a candidate for it signs nothing",
    async () => {
      await levers.set("xETH", honest * 1e7);
      let runId = "";
      for (const _ of [1, 2, 3]) {
        const run = await levers.run();
        expect(await levers.becauseOf("xETH", run.decisions)).toBe("implausible");
        await expectCalm(run.verdicts, run.candidates);
        ({ runId } = run);
      }
      const cdpId = (await stack.control.audit(CALM)).overLine.find(
        ({ badDebt }) => !badDebt,
      )?.cdpId;
      await sendCandidate(stack, runId, cdpId ?? "");
      const stored = await until(() =>
        stack.clients.objects.getJson(outcomeKey(runId, cdpId ?? "", 0), CALM),
      );
      expect(outcomeSchema.parse(stored)).toMatchObject({
        ending: "price_suspect",
        transaction: null,
      });
      expect((await stack.control.audit(CALM)).liquidations).toEqual([]);
      await levers.set("xETH", honest);
      expect((await levers.run()).verdicts.unverified).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a price that creeps under the band with each sweep is stopped by where it was an hour before, and heals",
    async () => {
      const because: unknown[] = [];
      for (const step of [1, 2, 3, 4]) {
        await levers.set("xETH", honest * 0.87 ** step);
        const run = await levers.run();
        because.push(await levers.becauseOf("xETH", run.decisions));
        if (step > 3) expect(run.candidates).toBe(0);
      }
      expect(because).toEqual([
        "within_limits",
        "within_limits",
        "within_limits",
        "outside_hour_anchor",
      ]);
      await levers.set("xETH", honest);
      await levers.run();
      expect((await levers.run()).verdicts.unverified).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a real fall of 40 % is believed at its second observation, and its candidates are queued then",
    async () => {
      await stack.control.crash("0.4", CALM);
      const first = await levers.run();
      expect(first.verdicts.unverified).toBeGreaterThan(0);
      const second = await levers.run();
      expect(second.verdicts.unverified).toBe(0);
      expect(second.candidates).toBeGreaterThan(0);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a table that cannot be read stops no scan, and verifies nothing that a price decides",
    async () => {
      const { runId } = await levers.run();
      const manifest = runManifestSchema.parse(
        await stack.clients.objects.getJson(runManifestKey(runId), CALM),
      );
      const dynamo = new DynamoDBClient({
        region: LOCAL_AWS.region,
        endpoint: stack.endpoints.dynamodbUrl,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      });
      // A state that no process has judged before.
      await stack.control.advance(RUN_SECONDS, CALM);
      const nowMs = await stack.control.nowMs(CALM);
      await dynamo.send(new DeleteTableCommand({ TableName: LOCAL_AWS.stateTable }));
      const batch = {
        version: 1,
        kind: "index-batch",
        runId,
        batchIndex: 1,
        batchCount: 2,
        stateVersion: String(Number(manifest.stateVersion) + 1),
        ledgerTime: new Date(nowMs).toISOString(),
        cdps: { kind: "range", first: 1, last: CDPS },
        traceId: manifest.traceId,
      };
      await stack.send(stack.queueNames.index, JSON.stringify(batch));
      const stored = await until(() =>
        stack.clients.objects.getJson(batchSummaryKey(runId, 1), CALM),
      );
      const { expected, verdicts, candidates, failed } = batchSummarySchema.parse(stored);
      expect({ expected, candidates, failed }).toEqual({
        expected: CDPS,
        candidates: 0,
        failed: { undecodable: 0, unconfirmed: 0 },
      });
      expect(verdicts.unverified).toBeGreaterThan(verdicts.healthy);
      dynamo.destroy();
    },
    TEST_TIMEOUT_MS,
  );
});

describe("with a reference", () => {
  let stack: RunningStack;
  let levers: ReturnType<typeof leversOf>;

  beforeAll(async () => {
    stack = await startRunningStack(CDPS, undefined, { hasReference: true });
    levers = leversOf(stack);
    await levers.post("reference", { copy: true });
  }, TEST_TIMEOUT_MS);
  afterAll(() => stack.stop());

  test(
    "the first price is believed at once",
    async () => {
      expect((await levers.run()).verdicts.unverified).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a price 3 % too low for ten minutes moves nobody, and heals",
    async () => {
      const honest = await levers.priceOf("xETH");
      await levers.set("xETH", honest * 0.97);
      for (const _ of [1, 2]) {
        const { runId, verdicts, candidates, decisions } = await levers.run();
        expect(await levers.becauseOf("xETH", decisions)).toBe("reference_disagrees");
        expect(verdicts.unverified).toBeGreaterThan(0);
        expect(verdicts.healthy).toBeGreaterThan(0);
        expect(candidates).toBe(0);
        expect(runId).toMatch(/Z$/);
      }
      await levers.set("xETH", honest);
      expect((await levers.run()).verdicts.unverified).toBe(0);
      expect((await stack.control.audit(CALM)).liquidations).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a real fall of 40 % is believed at once",
    async () => {
      await stack.control.crash("0.4", CALM);
      await levers.post("reference", { copy: true });
      const { verdicts, candidates } = await levers.run();
      expect(verdicts.unverified).toBe(0);
      expect(candidates).toBeGreaterThan(0);
    },
    TEST_TIMEOUT_MS,
  );
});

/** As if an indexer had been deceived. */
async function sendCandidate(stack: RunningStack, runId: string, cdpId: string): Promise<void> {
  const manifest = runManifestSchema.parse(
    await stack.clients.objects.getJson(runManifestKey(runId), CALM),
  );
  const nowMs = await stack.control.nowMs(CALM);
  const body: Candidate = candidateSchema.parse({
    version: 1,
    kind: "candidate",
    cdpId,
    runId,
    batchIndex: 0,
    cause: "scan",
    pinnedStateVersion: manifest.stateVersion,
    confirmedFromStateVersion: manifest.stateVersion,
    liquidationLtv: "1.1",
    loanValueXrd: "100",
    collateralValueXrd: "120",
    cdpFingerprint: "0011223344556677",
    queuedAt: new Date(nowMs).toISOString(),
    expiresAt: new Date(nowMs + 3_600_000).toISOString(),
    traceId: manifest.traceId,
  });
  const fifo = { group: cdpId, deduplicationId: `deceived-${runId}` };
  await stack.send(stack.queueNames.liquidation, JSON.stringify(body), fifo);
}
