import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestClient, LEDGER_STATE, SIGNAL } from "../../test/client.ts";
import { createFakeTiming } from "../../test/fake-timing.ts";
import {
  type Answer,
  type ScriptedGateway,
  startScriptedGateway,
} from "../../test/scripted-gateway.ts";
import type { GatewayError } from "./gateway-error.ts";

const CONSTRUCTION = "/transaction/construction";
const OK = { json: { ledger_state: LEDGER_STATE } };

let gateway: ScriptedGateway;
let second: ScriptedGateway;
beforeEach(async () => {
  [gateway, second] = await Promise.all([startScriptedGateway(), startScriptedGateway()]);
});
afterEach(async () => {
  await Promise.all([gateway.close(), second.close()]);
});

const errorBody = (type: string, extra: object = {}) => ({
  message: "told by the Gateway",
  details: { type, ...extra },
});
const failure = async (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable(),
    (error) => error as GatewayError,
  );

describe("what can heal is tried again", () => {
  test.each([
    ["a 500", { status: 500, json: errorBody("InternalServerError") }],
    ["a 500 without JSON", { status: 500, text: "<html>oops</html>" }],
    ["a 502 from a proxy", { status: 502, text: "bad gateway" }],
    ["a 503 from a proxy", { status: 503, text: "" }],
    ["a 504 from a proxy", { status: 504, text: "" }],
    ["a 524", { status: 524, text: "" }],
    ["a connection that closes", { misbehaviour: "close" }],
    ["a connection that is reset", { misbehaviour: "reset" }],
    ["a body that breaks off", { begin: '{"led', after: (r) => r.destroy() }],
    ["an answer that is no JSON", { text: "<html>welcome</html>" }],
    ["an answer that is cut off", { text: '{"ledger_state":{' }],
  ] as const satisfies [string, Answer][])("%s", async (_name, bad) => {
    const timing = createFakeTiming();
    gateway.on(CONSTRUCTION, bad, bad, OK);
    const client = createTestClient([gateway.url], { timing });
    const answer = await client.construction(SIGNAL);
    expect(answer.ledger_state.epoch).toBe(180);
    expect(gateway.requests).toHaveLength(3);
    expect(timing.slept).toEqual([200, 400]);
  });

  test("a database that has to catch up is given more time", async () => {
    const timing = createFakeTiming();
    gateway.on(CONSTRUCTION, { status: 500, json: errorBody("NotSyncedUpError") }, OK);
    await createTestClient([gateway.url], { timing }).construction(SIGNAL);
    expect(timing.slept).toEqual([1_000]);
  });

  test("a replica behind the pinned version is asked again soon, five times at most", async () => {
    const timing = createFakeTiming();
    gateway.on(CONSTRUCTION, {
      status: 400,
      json: errorBody("InvalidRequestError", {
        validation_errors: [
          { path: "?", errors: ["State version is beyond the end of the known ledger"] },
        ],
      }),
    });
    const client = createTestClient([gateway.url], { timing });
    const error = await failure(client.construction(SIGNAL));
    expect(error).toMatchObject({ code: "gateway_beyond_head", disposition: "retry", status: 400 });
    expect(gateway.requests).toHaveLength(5);
    expect(timing.slept).toEqual([150, 300, 600, 1_200]);
  });

  test("chance takes up to a half off each pause", async () => {
    const timing = { ...createFakeTiming(), random: () => 0.5 };
    gateway.on(CONSTRUCTION, { status: 500, text: "" }, OK);
    await createTestClient([gateway.url], { timing }).construction(SIGNAL);
    expect(timing.slept).toEqual([150]);
  });

  test("a dead Gateway is given up within the budget", async () => {
    const timing = createFakeTiming();
    gateway.on(CONSTRUCTION, { status: 502, text: "" });
    const client = createTestClient([gateway.url], { timing, budgetMs: 1_500 });
    const error = await failure(client.construction(SIGNAL));
    expect(error).toMatchObject({ code: "gateway_unavailable", disposition: "retry", status: 502 });
    expect(timing.slept).toEqual([200, 400, 800]);
  });
});

describe("what cannot heal is not", () => {
  test.each([
    ["InvalidRequestError", 400, "gateway_invalid_request", "park"],
    ["InvalidEntityError", 400, "gateway_invalid_request", "park"],
    ["InvalidTransactionError", 400, "gateway_invalid_transaction", "park"],
    ["EntityNotFoundError", 404, "gateway_not_found", "park"],
    ["TransactionNotFoundError", 404, "gateway_not_found", "retry"],
    ["InvalidRequestError", 500, "gateway_invalid_request", "park"],
  ])("%s (%i)", async (type, status, code, disposition) => {
    gateway.on(CONSTRUCTION, { status, json: errorBody(type) });
    const error = await failure(createTestClient([gateway.url]).construction(SIGNAL));
    expect(error).toMatchObject({
      code,
      disposition,
      status,
      detailsType: type,
      endpoint: CONSTRUCTION,
    });
    expect(error.message).toContain("told by the Gateway");
    expect(gateway.requests).toHaveLength(1);
  });

  test("a long error body is cut", async () => {
    gateway.on(CONSTRUCTION, { status: 400, text: "x".repeat(100_000) });
    const error = await failure(createTestClient([gateway.url]).construction(SIGNAL));
    expect(error.message.length).toBeLessThan(500);
  });
});

describe("a Gateway that limits us", () => {
  const limited = (retryAfter: string | undefined) => ({
    status: 429,
    text: "slow down",
    ...(retryAfter === undefined ? {} : { headers: { "retry-after": retryAfter } }),
  });
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

  test.each([
    ["seconds", "3", 3_000],
    ["a date", new Date(1_792_000_004_000).toUTCString(), 4_000],
    ["a date gone by", new Date(1_791_000_000_000).toUTCString(), 200],
    ["too many seconds", "3600", 10_000],
    ["nothing", undefined, 200],
    ["nonsense", "in a while", 200],
  ])("is obeyed: Retry-After of %s", async (_name, header, waitedMs) => {
    const timing = createFakeTiming(1_792_000_000_000);
    gateway.on(CONSTRUCTION, limited(header), OK);
    await createTestClient([gateway.url], { timing }).construction(SIGNAL);
    expect(gateway.requests).toHaveLength(2);
    expect(sum(timing.slept)).toBe(waitedMs);
  });

  test("holds the calls that come after, too", async () => {
    const timing = createFakeTiming();
    gateway.on(CONSTRUCTION, limited("3"), OK);
    const client = createTestClient([gateway.url], { timing, budgetMs: 1_000 });
    await failure(client.construction(SIGNAL));
    const error = await failure(client.construction(SIGNAL));
    expect(error.code).toBe("gateway_unavailable");
    expect(gateway.requests).toHaveLength(1);
  });

  test("is left alone while another base URL serves", async () => {
    gateway.on(CONSTRUCTION, limited("3"));
    second.on(CONSTRUCTION, OK);
    const client = createTestClient([gateway.url, second.url]);
    await client.construction(SIGNAL);
    await client.construction(SIGNAL);
    expect(gateway.requests).toHaveLength(1);
    expect(second.requests).toHaveLength(2);
  });

  test("is named when it does not relent", async () => {
    gateway.on(CONSTRUCTION, limited("10"));
    const error = await failure(createTestClient([gateway.url]).construction(SIGNAL));
    expect(error).toMatchObject({
      code: "gateway_rate_limited",
      disposition: "retry",
      status: 429,
    });
    expect(gateway.requests).toHaveLength(3);
  });
});
