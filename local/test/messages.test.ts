import {
  batchSummaryKey,
  type Candidate,
  candidateSchema,
  type IndexBatch,
  indexBatchSchema,
  type Outcome,
  outcomeKey,
  outcomeSchema,
  runManifestKey,
  runManifestSchema,
} from "@weft/messages";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningStack, startRunningStack } from "./running-stack.ts";
import { until } from "./until.ts";

const CALM = new AbortController().signal;
const TRACE_ID = "0123456789abcdef0123456789abcdef";
const HOUR_MS = 3_600_000;

let stack: RunningStack;
/** A run on a calm market: its pinned state is what the batches and candidates of the tests refer to. */
let runId: string;
let stateVersion: string;
let nowMs: number;

beforeAll(async () => {
  stack = await startRunningStack(40);
  await stack.believePrices();
  runId = await stack.round(40);
  const manifest = await stack.clients.objects.getJson(runManifestKey(runId), CALM);
  ({ stateVersion } = runManifestSchema.parse(manifest));
  nowMs = await stack.control.nowMs(CALM);
}, 60_000);

afterAll(() => stack.stop());

const indexBatch = (batchIndex: number): IndexBatch =>
  indexBatchSchema.parse({
    version: 1,
    kind: "index-batch",
    runId,
    batchIndex,
    batchCount: 10,
    stateVersion,
    ledgerTime: new Date(nowMs).toISOString(),
    cdps: { kind: "range", first: 1, last: 5 },
    traceId: TRACE_ID,
  });

const candidate = (cdpId: string, changes: Partial<Candidate> = {}): Candidate =>
  candidateSchema.parse({
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
    expiresAt: new Date(nowMs + HOUR_MS).toISOString(),
    traceId: TRACE_ID,
    ...changes,
  });

const sendCandidate = (body: Candidate, deduplicationId: string) =>
  stack.send(stack.queueNames.liquidation, JSON.stringify(body), {
    group: body.cdpId,
    deduplicationId,
  });

const outcome = (cdpId: string, attempt: number): Promise<Outcome> =>
  until(async () => {
    const stored = await stack.clients.objects.getJson(outcomeKey(runId, cdpId, attempt), CALM);
    return stored === undefined ? undefined : outcomeSchema.parse(stored);
  });

const summary = (batchIndex: number) =>
  until(() => stack.clients.objects.getJson(batchSummaryKey(runId, batchIndex), CALM));

const attributeOf = (name: string, message: Awaited<ReturnType<RunningStack["take"]>>) =>
  message.MessageAttributes?.[name]?.StringValue;

describe("the index queue", () => {
  test.each([
    ["no JSON", 1, () => "not a batch"],
    ["a candidate", 2, () => JSON.stringify(candidate("#1#"))],
    ["a batch of a later version", 3, () => JSON.stringify({ ...indexBatch(3), version: 2 })],
    ["a batch with a field too many", 4, () => JSON.stringify({ ...indexBatch(4), owner: "us" })],
  ])("sets %s aside, and works the next batch", async (_what, batchIndex, malformed) => {
    const body = malformed();
    await stack.send(stack.queueNames.index, body);
    await stack.send(stack.queueNames.index, JSON.stringify(indexBatch(batchIndex)));
    const parked = await stack.take(stack.queueNames.indexParked);
    expect(parked.Body).toBe(body);
    expect(attributeOf("parked_from", parked)).toBe("weft-local-index");
    expect(attributeOf("parked_reason", parked)).toBe("malformed_batch");
    expect(attributeOf("parked_receive_count", parked)).toBe("1");
    expect(await summary(batchIndex)).toMatchObject({ batchIndex, expected: 5 });
  });
});

describe("the liquidation queue", () => {
  test("sets a malformed candidate aside, and works the next of the same group", async () => {
    const { queueNames } = stack;
    const group = "#900001#";
    const body = JSON.stringify({ ...candidate(group), liquidationLtv: 1.1 });
    await stack.send(queueNames.liquidation, body, { group, deduplicationId: "malformed" });
    await sendCandidate(candidate(group), "well-formed");
    const parked = await stack.take(queueNames.liquidationParked);
    expect(parked.Body).toBe(body);
    expect(attributeOf("parked_from", parked)).toBe("weft-local-liquidation.fifo");
    expect((await outcome(group, 0)).ending).toBe("stale");
  });

  test("a candidate for a CDP that nobody minted ends as stale and says so", async () => {
    await sendCandidate(candidate("#900002#"), "unknown");
    expect(await outcome("#900002#", 0)).toMatchObject({
      ending: "stale",
      detail: "there is no such CDP",
      liquidationLtvBefore: null,
      transaction: null,
      paid: [],
      seized: [],
      profitXrd: null,
    });
  });

  test("a candidate that is healthy by now ends as stale, with the figures that say so", async () => {
    await sendCandidate(candidate("#1#"), "healthy");
    const { ending, detail, liquidationLtvBefore, transaction } = await outcome("#1#", 0);
    expect({ ending, transaction }).toEqual({ ending: "stale", transaction: null });
    expect(Number(liquidationLtvBefore)).toBeLessThanOrEqual(1);
    expect(detail).toContain(liquidationLtvBefore ?? "(no ratio)");
  });

  test("the same candidate delivered after its end is superseded", async () => {
    await sendCandidate(candidate("#2#"), "first");
    expect((await outcome("#2#", 0)).ending).toBe("stale");
    await sendCandidate(candidate("#2#"), "again");
    const again = await outcome("#2#", 1);
    expect(again).toMatchObject({ ending: "superseded", transaction: null });
    expect(again.detail).toMatch(
      new RegExp(`^seen at state version ${stateVersion}, decided already at \\d+$`),
    );
  });

  test("a candidate past its time is superseded without a look at the ledger", async () => {
    const expiresAt = new Date(nowMs - HOUR_MS).toISOString();
    const { previews } = await stack.control.requests(CALM);
    await sendCandidate(candidate("#3#", { expiresAt }), "late");
    expect(await outcome("#3#", 0)).toMatchObject({
      ending: "superseded",
      detail: `expired at ${expiresAt}`,
    });
    expect((await stack.control.requests(CALM)).previews).toBe(previews);
  });

  test("nothing of all this was signed", async () => {
    const audit = await stack.control.audit(CALM);
    expect(audit.commits).toEqual({ success: 0, failure: 0 });
    expect(audit.liquidations).toEqual([]);
  });
});
