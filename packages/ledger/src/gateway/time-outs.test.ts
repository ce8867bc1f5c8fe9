import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestClient, LEDGER_STATE, SIGNAL } from "../../test/client.ts";
import { createFakeTiming, type FakeTiming } from "../../test/fake-timing.ts";
import { type ScriptedGateway, startScriptedGateway } from "../../test/scripted-gateway.ts";
import type { GatewayError } from "./gateway-error.ts";

const CONSTRUCTION = "/transaction/construction";
const OK = { json: { ledger_state: LEDGER_STATE } };
const HANG = { misbehaviour: "hang" } as const;

let gateway: ScriptedGateway;
let timing: FakeTiming;
beforeEach(async () => {
  gateway = await startScriptedGateway();
  timing = createFakeTiming();
});
afterEach(() => gateway.close());

const failure = async (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable(),
    (error) => error as GatewayError,
  );
/** Says nothing while so much time passes. */
const hangFor = (ms: number) => () => {
  timing.pass(ms);
  return HANG;
};

describe("one attempt", () => {
  test.each([
    ["a server that says nothing", hangFor(5_000)],
    ["a body that stops", { begin: '{"ledger_state":', after: () => timing.pass(5_000) }],
    [
      "a body that trickles",
      {
        begin: '{"ledger_state":',
        after: (response: { write(chunk: string): boolean }) => {
          for (let second = 0; second < 5; second += 1) {
            response.write(" ");
            timing.pass(1_000);
          }
        },
      },
    ],
  ])("%s: the request is cancelled after its time-out, and sent again", async (_name, bad) => {
    gateway.on(CONSTRUCTION, bad, OK);
    const client = createTestClient([gateway.url], { timing, timeoutMs: 5_000 });
    await client.construction(SIGNAL);
    expect(gateway.requests).toHaveLength(2);
    await expect.poll(() => gateway.cancelled()).toBe(1);
  });

  test("an answer one millisecond before the time-out counts", async () => {
    gateway.on(CONSTRUCTION, () => {
      timing.pass(4_999);
      return OK;
    });
    const client = createTestClient([gateway.url], { timing, timeoutMs: 5_000 });
    await client.construction(SIGNAL);
    expect(gateway.requests).toHaveLength(1);
  });
});

describe("the budget of a call", () => {
  test("holds over all attempts, and cuts the last one short", async () => {
    gateway.on(CONSTRUCTION, hangFor(5_000), hangFor(5_000), hangFor(1_400));
    const client = createTestClient([gateway.url], { timing, timeoutMs: 5_000, budgetMs: 12_000 });
    const error = await failure(client.construction(SIGNAL));
    expect(error).toMatchObject({ code: "gateway_timeout", disposition: "retry", status: null });
    expect(error.message).toContain("no answer within 1400 ms");
    await expect.poll(() => gateway.cancelled()).toBe(3);
    expect(timing.nowMs()).toBe(12_000);
  });

  test("holds over fail-overs", async () => {
    const second = await startScriptedGateway();
    gateway.on(CONSTRUCTION, hangFor(4_000), hangFor(1_400));
    second.on(CONSTRUCTION, hangFor(4_000));
    const urls = [gateway.url, second.url];
    const client = createTestClient(urls, { timing, timeoutMs: 4_000, budgetMs: 10_000 });
    const error = await failure(client.construction(SIGNAL));
    await second.close();
    expect(error.code).toBe("gateway_timeout");
    expect([gateway.requests.length, second.requests.length]).toEqual([2, 1]);
    expect(timing.nowMs()).toBe(10_000);
  });

  test("ends the wait of a second attempt for its place", async () => {
    const client = createTestClient([gateway.url], { timing, maxInFlight: 1, budgetMs: 3_000 });
    const other: Promise<unknown>[] = [];
    const failWhileAnotherWaits = () => {
      other.push(client.construction(SIGNAL));
      return { status: 500, text: "" };
    };
    gateway.on(CONSTRUCTION, failWhileAnotherWaits, HANG);
    const call = failure(client.construction(SIGNAL));
    await expect.poll(() => gateway.requests.length).toBe(2);
    timing.pass(2_900);
    expect(await call).toMatchObject({ code: "gateway_unavailable", status: 500 });
    expect(gateway.requests).toHaveLength(2);
    timing.pass(200);
    await expect(Promise.all(other)).rejects.toThrow("no answer within");
  });

  test("does not begin before the first attempt has its place", async () => {
    gateway.on(
      CONSTRUCTION,
      () => {
        timing.pass(4_000);
        return OK;
      },
      OK,
    );
    const client = createTestClient([gateway.url], { timing, maxInFlight: 1, budgetMs: 4_500 });
    const calls = [client.construction(SIGNAL), client.construction(SIGNAL)];
    await Promise.all(calls);
    expect(gateway.requests).toHaveLength(2);
  });
});

describe("a caller that gives up", () => {
  test("ends its call during the request", async () => {
    const controller = new AbortController();
    gateway.on(CONSTRUCTION, () => {
      controller.abort(new Error("stop"));
      return HANG;
    });
    const call = createTestClient([gateway.url]).construction(controller.signal);
    await expect(call).rejects.toThrow("stop");
    expect(gateway.requests).toHaveLength(1);
  });

  test("ends its call during a pause", async () => {
    const controller = new AbortController();
    timing.onSleep = () => controller.abort(new Error("stop"));
    gateway.on(CONSTRUCTION, { status: 500, text: "" });
    const call = createTestClient([gateway.url], { timing }).construction(controller.signal);
    await expect(call).rejects.toThrow("stop");
    expect(gateway.requests).toHaveLength(1);
  });

  test("sends nothing when it has given up before", async () => {
    const call = createTestClient([gateway.url]).construction(AbortSignal.abort(new Error("stop")));
    await expect(call).rejects.toThrow("stop");
    expect(gateway.requests).toHaveLength(0);
  });
});
