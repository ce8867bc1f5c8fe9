import { DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  batchSummaryKey,
  batchSummarySchema,
  runManifestKey,
  runManifestSchema,
} from "@weft/messages";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOCAL_AWS } from "../src/aws/names.ts";
import { leversOf, type PricedRun, type PriceLevers } from "./price-levers.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";
import { until } from "./until.ts";

const CALM = new AbortController().signal;
const CDPS = 120;
const RUN_SECONDS = 300;
const FOUR_HOURS_SECONDS = 14_400;
const TEST_TIMEOUT_MS = 120_000;

const REFUSED = { ending: "price_suspect", transaction: null };

/** All whose price comes from the feed: every one but XRD. */
const PRICED = ["LSULP", "xUSDC", "xUSDT", "xwBTC", "xETH", "hUSDC", "hUSDT", "hWBTC", "hETH"];
/** Those that move when XRD falls: LSULP falls with it. */
const FALLEN = PRICED.filter((symbol) => symbol !== "LSULP");

const verdictsOf = ({ cdps }: PricedRun) =>
  Object.fromEntries(Array.from(cdps, ([id, { verdict }]) => [id, verdict]));

/** Every CDP is judged: nothing depends on a price in doubt. */
function expectBelieved({ summary }: PricedRun) {
  expect(summary).toMatchObject({ expected: CDPS, failed: { undecodable: 0, unconfirmed: 0 } });
  expect(summary.verdicts.unverified).toBe(0);
}

/** These prices cost what depends on them, and nobody else; nobody is queued. */
async function expectCost(run: PricedRun, symbols: readonly string[], levers: PriceLevers) {
  const { summary } = run;
  expect(summary).toMatchObject({ expected: CDPS, failed: { undecodable: 0, unconfirmed: 0 } });
  expect(verdictsOf(run)).toEqual(await levers.verdictsWithout(symbols));
  expect(summary.verdicts.unverified).toBeGreaterThan(0);
  expect(summary.verdicts.healthy).toBeGreaterThan(0);
  expect(summary.candidates).toBe(0);
}

/** This price is the only one in doubt, for this reason. */
async function expectSuspect(
  run: PricedRun,
  { symbol, because }: { readonly symbol: string; readonly because: string },
  levers: PriceLevers,
) {
  const resource = await levers.addressOf(symbol);
  const suspects = run.decisions.filter(({ decision }) => decision === "suspect");
  expect(suspects).toMatchObject([{ resource, because }]);
  const told = [...run.cdps.values()].filter(({ verdict }) => verdict === "unverified");
  expect(told.filter(({ reason }) => !reason?.includes(`${because} of ${resource}`))).toEqual([]);
  await expectCost(run, [symbol], levers);
}

/** Whom the ledger calls liquidatable is queued, all of them and nobody else. */
function expectQueued(run: PricedRun) {
  const queued = [...run.cdps].filter(([, { verdict }]) => verdict === "liquidatable");
  expect(queued.map(([id]) => id).toSorted()).toEqual(run.overLine.toSorted());
  expect(run.summary.candidates).toBe(run.overLine.length);
  expect(run.overLine.length).toBeGreaterThan(0);
}

describe("without a reference", () => {
  let stack: RunningStack;
  let levers: PriceLevers;
  let honest: number;

  beforeAll(async () => {
    stack = await startRunningStack(CDPS);
    levers = leversOf(stack, CDPS);
    honest = await levers.priceOf("xETH");
  }, TEST_TIMEOUT_MS);
  afterAll(() => stack.stop());

  const expectNobodyLiquidated = async () =>
    expect((await stack.control.audit(CALM)).liquidations).toEqual([]);

  test(
    "the first price ever seen is believed when it is observed again, and costs only what depends on it until then",
    async () => {
      const first = await levers.run();
      expect(first.decisions.map(({ because }) => because)).toEqual(PRICED.map(() => "first_seen"));
      const second = await levers.run();
      expectBelieved(second);
      await expectCost(first, PRICED, levers);
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
      await expectSuspect(await levers.run(), { symbol: "xETH", because }, levers);
      await expectNobodyLiquidated();
      expect((await stack.control.requests(CALM)).previews - previews).toBeLessThan(10);
      await levers.set("xETH", honest);
      expectBelieved(await levers.run());
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a price of 10^7 times its value, however often the feed repeats it, queues nothing, and a candidate for it signs nothing",
    async () => {
      await levers.set("xETH", honest * 1e7);
      let last: PricedRun | undefined;
      for (const _ of [1, 2, 3]) {
        last = await levers.run();
        await expectSuspect(last, { symbol: "xETH", because: "implausible" }, levers);
        await expectNobodyLiquidated();
      }
      const { runId = "", overLine: [cdpId = ""] = [] } = last ?? {};
      expect(await levers.outcomeOfDeceived(runId, cdpId)).toMatchObject(REFUSED);
      await expectNobodyLiquidated();
      expect(await levers.submissions()).toBe(0);
      await levers.set("xETH", honest);
      expectBelieved(await levers.run());
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a feed that stops for four hours costs what depends on it, and heals",
    async () => {
      await stack.setFaults({ priceFeed: "stopped" });
      await stack.control.advance(FOUR_HOURS_SECONDS, CALM);
      const stopped = await levers.run();
      expect(stopped.decisions.map(({ because }) => because)).toEqual(PRICED.map(() => "too_old"));
      await expectCost(stopped, PRICED, levers);
      await stack.setFaults({ priceFeed: null });
      expectBelieved(await levers.run());
      await expectNobodyLiquidated();
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a price that creeps under the band with each sweep is stopped by where it was an hour before, not believed while it goes on, and heals",
    async () => {
      const xETH = await levers.addressOf("xETH");
      const because: unknown[] = [];
      for (const step of [1, 2, 3, 4, 5]) {
        await levers.set("xETH", honest * 0.87 ** step);
        const run = await levers.run();
        because.push(run.decisions.find(({ resource }) => resource === xETH)?.because);
        // Without a reference a step within the limits is believed (docs/price-guard.md).
        if (step <= 3) continue;
        expect(run.overLine.length).toBeGreaterThan(0);
        await expectCost(run, ["xETH"], levers);
      }
      expect(because).toEqual([
        ...["within_limits", "within_limits", "within_limits"],
        ...["outside_hour_anchor", "outside_band"],
      ]);
      await levers.set("xETH", honest);
      await levers.run();
      expectBelieved(await levers.run());
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a real fall of 40 % is believed at its second observation, and whom it put over the line is queued then",
    async () => {
      await stack.control.crash("0.4", CALM);
      const first = await levers.run();
      await expectCost(first, FALLEN, levers);
      const second = await levers.run();
      expectBelieved(second);
      expectQueued(second);
      expect(second.overLine).toEqual(first.overLine);
      expect((await stack.control.audit(CALM)).wronglyTouched).toEqual([]);
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
  let levers: PriceLevers;

  beforeAll(async () => {
    stack = await startRunningStack(CDPS, undefined, { hasReference: true });
    levers = leversOf(stack, CDPS);
    await levers.post("reference", { copy: true });
  }, TEST_TIMEOUT_MS);
  afterAll(() => stack.stop());

  test(
    "the first price is believed at once",
    async () => {
      expectBelieved(await levers.run());
    },
    TEST_TIMEOUT_MS,
  );

  test.each([
    ["3 % too low for ten minutes", "hUSDC", [0.97, 0.97]],
    ["that creeps under the band with each sweep", "xETH", [0.87, 0.87 ** 2, 0.87 ** 3]],
  ])(
    "a price %s moves nobody, signs nothing even for a candidate, and heals",
    async (_how, symbol, parts) => {
      const honest = await levers.priceOf(symbol);
      for (const part of parts) {
        await levers.set(symbol, honest * part);
        const run = await levers.run();
        await expectSuspect(run, { symbol, because: "reference_disagrees" }, levers);
        // Somebody would have been liquidated for nothing.
        const [cdpId = "nobody"] = run.overLine;
        expect(await levers.outcomeOfDeceived(run.runId, cdpId)).toMatchObject(REFUSED);
      }
      await levers.set(symbol, honest);
      expectBelieved(await levers.run());
      expect((await stack.control.audit(CALM)).liquidations).toEqual([]);
      expect(await levers.submissions()).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a real fall of 40 % is believed at once, and whom it put over the line is queued then",
    async () => {
      await stack.control.crash("0.4", CALM);
      await levers.post("reference", { copy: true });
      const run = await levers.run();
      expectBelieved(run);
      expectQueued(run);
      expect((await stack.control.audit(CALM)).wronglyTouched).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );
});
