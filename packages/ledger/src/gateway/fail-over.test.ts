import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestClient, LEDGER_STATE, SIGNAL } from "../../test/client.ts";
import { createFakeTiming } from "../../test/fake-timing.ts";
import { type ScriptedGateway, startScriptedGateway } from "../../test/scripted-gateway.ts";

const CONSTRUCTION = "/transaction/construction";
const CDPS = "/state/non-fungible/data";
const OK = { json: { ledger_state: LEDGER_STATE } };
const at = (state_version: number) => ({
  json: { ledger_state: { ...LEDGER_STATE, state_version }, non_fungible_ids: [] },
});
const BEYOND_HEAD = {
  status: 400,
  json: {
    message: "One or more validation errors occurred.",
    details: {
      type: "InvalidRequestError",
      validation_errors: [
        { path: "?", errors: ["State version is beyond the end of the known ledger"] },
      ],
    },
  },
};
const pinned = {
  resource_address: "resource_x",
  non_fungible_ids: ["#1#"],
  at_ledger_state: { state_version: 5_000 },
};

let gateway: ScriptedGateway;
let second: ScriptedGateway;
beforeEach(async () => {
  [gateway, second] = await Promise.all([startScriptedGateway(), startScriptedGateway()]);
});
afterEach(async () => {
  await Promise.all([gateway.close(), second.close()]);
});

describe("several base URLs", () => {
  test("a failed attempt goes on at the next, and the first stays first", async () => {
    gateway.on(CONSTRUCTION, { status: 502, text: "" }, OK);
    second.on(CONSTRUCTION, OK);
    const client = createTestClient([gateway.url, second.url]);
    await client.construction(SIGNAL);
    expect([gateway.requests.length, second.requests.length]).toEqual([1, 1]);
    await client.construction(SIGNAL);
    expect([gateway.requests.length, second.requests.length]).toEqual([2, 1]);
  });

  test("one that is down is given up, tried once in a while, and believed again", async () => {
    const timing = createFakeTiming();
    const states: string[] = [];
    gateway.on(CONSTRUCTION, { misbehaviour: "close" });
    second.on(CONSTRUCTION, OK);
    const client = createTestClient([gateway.url, second.url], {
      timing,
      observe: { onBreaker: ({ state }) => states.push(state) },
    });
    for (let call = 0; call < 20; call += 1) await client.construction(SIGNAL);
    expect(gateway.requests).toHaveLength(8);
    expect(states).toEqual(["open"]);
    await timing.sleep(2_000, SIGNAL);
    gateway.on(CONSTRUCTION, OK);
    await client.construction(SIGNAL);
    expect(gateway.requests).toHaveLength(9);
    expect(states).toEqual(["open", "half_open", "closed"]);
  });

  test("a connection refused is no other than one that breaks", async () => {
    await gateway.close();
    second.on(CONSTRUCTION, OK);
    const client = createTestClient([gateway.url, second.url]);
    await expect(client.construction(SIGNAL)).resolves.toMatchObject({
      ledger_state: { round: 17 },
    });
  });
});

describe("a replica that lags", () => {
  test("is left alone for five seconds when it does not know a pinned version, and others go on at once", async () => {
    const timing = createFakeTiming();
    const behind: string[] = [];
    gateway.on(CDPS, BEYOND_HEAD, at(5_000));
    second.on(CDPS, at(5_000));
    const client = createTestClient([gateway.url, second.url], {
      timing,
      observe: { onBehind: ({ baseUrl }) => behind.push(baseUrl) },
    });
    for (let call = 0; call < 3; call += 1) await client.nonFungibleData(pinned, SIGNAL);
    expect([gateway.requests.length, second.requests.length]).toEqual([1, 3]);
    expect(timing.slept).toEqual([]);
    expect(behind).toEqual([gateway.url]);
    timing.pass(5_000);
    await client.nonFungibleData(pinned, SIGNAL);
    expect([gateway.requests.length, second.requests.length]).toEqual([2, 3]);
  });

  test("is not believed about the head once a newer one is known", async () => {
    gateway.on(CONSTRUCTION, { status: 502, text: "" }, at(4_950));
    second.on(CONSTRUCTION, at(5_000));
    const client = createTestClient([gateway.url, second.url]);
    await client.construction(SIGNAL);
    const { ledger_state } = await client.construction(SIGNAL);
    expect(ledger_state.state_version).toBe(5_000);
    expect([gateway.requests.length, second.requests.length]).toEqual([2, 2]);
    await client.construction(SIGNAL);
    expect([gateway.requests.length, second.requests.length]).toEqual([2, 3]);
  });

  test("is believed where there is no other: whoever asks judges the age of a head", async () => {
    gateway.on(CONSTRUCTION, at(5_000), at(4_950));
    const client = createTestClient([gateway.url]);
    await client.construction(SIGNAL);
    const { ledger_state } = await client.construction(SIGNAL);
    expect(ledger_state.state_version).toBe(4_950);
    expect(gateway.requests).toHaveLength(2);
  });

  test("is not found out by a pinned read, which is as old as it was asked to be", async () => {
    gateway.on(CONSTRUCTION, at(9_000));
    gateway.on(CDPS, at(5_000));
    const client = createTestClient([gateway.url, second.url]);
    await client.construction(SIGNAL);
    await client.nonFungibleData(pinned, SIGNAL);
    expect(gateway.requests).toHaveLength(2);
    expect(second.requests).toHaveLength(0);
  });

  test("does not open its breaker: it is not ill", async () => {
    const timing = createFakeTiming();
    const states: string[] = [];
    gateway.on(CDPS, BEYOND_HEAD);
    second.on(CDPS, at(5_000));
    const client = createTestClient([gateway.url, second.url], {
      timing,
      observe: { onBreaker: ({ state }) => states.push(state) },
    });
    for (let call = 0; call < 10; call += 1) {
      await client.nonFungibleData(pinned, SIGNAL);
      timing.pass(5_000);
    }
    expect([gateway.requests.length, second.requests.length]).toEqual([10, 10]);
    expect(states).toEqual([]);
  });
});
