import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createTestClient, LEDGER_STATE, SIGNAL } from "../../test/client.ts";
import { createFakeTiming } from "../../test/fake-timing.ts";
import { type ScriptedGateway, startScriptedGateway } from "../../test/scripted-gateway.ts";
import type { GatewayClient } from "./client.ts";

const CONSTRUCTION = "/transaction/construction";
const OK = { json: { ledger_state: LEDGER_STATE } };

let gateway: ScriptedGateway;
beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(() => gateway.close());

describe("lanes and rate", () => {
  test("no more requests are in flight than allowed", async () => {
    const gate = Promise.withResolvers<typeof OK>();
    gateway.on(CONSTRUCTION, () => gate.promise);
    const client = createTestClient([gateway.url], { maxInFlight: 3 });
    const calls = Array.from({ length: 20 }, () => client.construction(SIGNAL));
    await vi.waitFor(() => expect(gateway.requests).toHaveLength(3));
    gate.resolve(OK);
    await Promise.all(calls);
    expect(gateway.requests).toHaveLength(20);
    expect(gateway.mostOpen()).toBe(3);
  });

  test("a refusal halves how many may be in flight", async () => {
    const limits: string[] = [];
    gateway.on(CONSTRUCTION, { status: 429, text: "" }, OK);
    const client = createTestClient([gateway.url], {
      observe: {
        onLane: ({ lane, limit }) => lane === "reads" && limits.push(String(limit)),
        onLimitCut: ({ lane, reason }) => limits.push(`${lane} ${reason}`),
      },
    });
    await client.construction(SIGNAL);
    expect(new Set(limits)).toEqual(new Set(["8", "reads gateway_rate_limited", "4"]));
  });

  test("ten-fold latency takes away a third of the places within twenty answers, and is borne when it stays", async () => {
    const timing = createFakeTiming();
    const limits: number[] = [];
    let latencyMs = 100;
    gateway.on(CONSTRUCTION, () => {
      timing.pass(latencyMs);
      return OK;
    });
    const client = createTestClient([gateway.url], {
      timing,
      observe: { onLane: ({ lane, limit }) => lane === "reads" && limits.push(limit) },
    });
    for (let call = 0; call < 50; call += 1) await client.construction(SIGNAL);
    expect(Math.min(...limits)).toBe(8);
    latencyMs = 1_000;
    for (let call = 0; call < 20; call += 1) await client.construction(SIGNAL);
    expect(limits.at(-1)).toBe(5);
    for (let call = 0; call < 180; call += 1) await client.construction(SIGNAL);
    expect(limits.at(-1)).toBe(8);
  });

  test("reads that hang do not hold up a status", async () => {
    gateway.on(CONSTRUCTION, { misbehaviour: "hang" });
    gateway.on("/transaction/status", {
      json: {
        ledger_state: LEDGER_STATE,
        status: "Unknown",
        intent_status: "Unknown",
        intent_status_description: "",
        known_payloads: [],
      },
    });
    const controller = new AbortController();
    const client = createTestClient([gateway.url], { maxInFlight: 1 });
    const reads = [client.construction(controller.signal), client.construction(controller.signal)];
    const settled = Promise.allSettled(reads);
    await expect(client.status("txid_x", SIGNAL)).resolves.toMatchObject({
      intent_status: "Unknown",
    });
    controller.abort();
    await settled;
  });

  const noState = { at_ledger_state: null };
  const EPOCHS = {
    ...{ start_epoch_inclusive: 1, end_epoch_exclusive: 2, nonce: 1, signer_public_keys: [] },
    flags: { use_free_credit: true, assume_all_signature_proofs: true, skip_epoch_check: true },
  };
  const LATE_COMERS: readonly [string, string, (client: GatewayClient) => Promise<unknown>][] = [
    ["a submission", "/transaction/submit", (client) => client.submit("00", SIGNAL)],
    ["the head", CONSTRUCTION, (client) => client.construction(SIGNAL)],
    [
      "the state of components",
      "/state/entity/details",
      (client) => client.entityDetails({ addresses: ["x"], ...noState }, SIGNAL),
    ],
    [
      "the keys of a store",
      "/state/key-value-store/keys",
      (client) => client.keyValueStoreKeys({ key_value_store_address: "x", ...noState }, SIGNAL),
    ],
    [
      "the entries of a store",
      "/state/key-value-store/data",
      (client) =>
        client.keyValueStoreData({ key_value_store_address: "x", keys: [], ...noState }, SIGNAL),
    ],
    [
      "an urgent preview",
      "/transaction/preview",
      (client) => client.preview({ manifest: "", ...EPOCHS }, SIGNAL, { urgent: true }),
    ],
  ];

  test.each(LATE_COMERS)("%s goes before the pages that wait", async (_what, path, call) => {
    const PAGE = "/state/non-fungible/data";
    const gate = Promise.withResolvers<typeof OK>();
    gateway.on(PAGE, () => gate.promise);
    gateway.on(path, OK);
    const client = createTestClient([gateway.url], { maxInFlight: 1 });
    const ask = { resource_address: "x", non_fungible_ids: ["#1#"], ...noState };
    const pages = [client.nonFungibleData(ask, SIGNAL), client.nonFungibleData(ask, SIGNAL)];
    const late = call(client).catch(() => undefined);
    await vi.waitFor(() => expect(gateway.requests).toHaveLength(1));
    gate.resolve(OK);
    await Promise.all([...pages, late]);
    expect(gateway.requests.map((request) => request.path)).toEqual([PAGE, path, PAGE]);
  });

  test("requests start no faster than the rate", async () => {
    const timing = createFakeTiming();
    gateway.on(CONSTRUCTION, OK);
    const client = createTestClient([gateway.url], {
      timing,
      requestsPerSecond: 4,
      maxInFlight: 1,
    });
    for (let call = 0; call < 5; call += 1) await client.construction(SIGNAL);
    expect(timing.slept).toEqual([250, 250, 250, 250]);
  });

  test("what happens is told to the observer", async () => {
    const told: string[] = [];
    gateway.on(CONSTRUCTION, { status: 500, text: "" }, OK);
    const client = createTestClient([gateway.url], {
      observe: {
        onRequest: ({ endpoint, outcome }) => told.push(`${endpoint} ${outcome}`),
        onRetry: ({ reason }) => told.push(`retry ${reason}`),
      },
    });
    await client.construction(SIGNAL);
    expect(told).toEqual([
      "/transaction/construction gateway_unavailable",
      "retry gateway_unavailable",
      "/transaction/construction ok",
    ]);
  });

  test("the Gateway's operator can tell who asks", async () => {
    gateway.on(CONSTRUCTION, OK);
    await createTestClient([`${gateway.url}/`]).construction(SIGNAL);
    const [request] = gateway.requests;
    expect(request?.headers).toMatchObject({
      "rdx-app-name": "weft-test",
      "rdx-app-version": "1.2.3",
    });
  });
});
