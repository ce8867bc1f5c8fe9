import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { judgePrice, type PriceGuardState, parseDecimal, UNSEEN } from "@weft/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDynamo } from "./aws-clients.ts";
import { createPriceGuardStore, type PriceGuardStore } from "./price-guard-store.ts";
import { type StateServer, startStateServer } from "./testing/state-server.ts";

const { signal } = new AbortController();
const USDC = "resource_sim1usdc";
const BTC = "resource_sim1btc";
let server: StateServer;
let store: PriceGuardStore;

beforeEach(async () => {
  server = await startStateServer();
  store = createPriceGuardStore(server);
});
afterEach(() => server.close());

/** What a guard remembers after these prices, a quarter of an hour apart. */
function stateAfter(...prices: readonly string[]): PriceGuardState {
  return prices.reduce<PriceGuardState>((state, price, n) => {
    const timestampSeconds = 1_760_000_000n + BigInt(n) * 900n;
    return judgePrice({
      observed: { price: parseDecimal(price), timestampSeconds, transactionHash: `tx${n}` },
      state,
      reference: null,
      nowSeconds: timestampSeconds,
      limits: {
        band: parseDecimal("0.2"),
        hourBand: parseDecimal("0.35"),
        dayBand: parseDecimal("0.5"),
        extremeFactor: parseDecimal("10"),
        agreement: parseDecimal("0.05"),
        referenceTolerance: parseDecimal("0.01"),
        maxAgeSeconds: 14_400n,
      },
    }).next;
  }, UNSEEN);
}

describe("the price guard's memory", () => {
  it("knows nothing of an asset that was never looked at", async () => {
    expect(await store.read([USDC], signal)).toEqual(
      new Map([[USDC, { state: UNSEEN, version: 0 }]]),
    );
  });

  it("gives back every digit of what was written", async () => {
    const full = stateAfter("225.570215353101481709", "226", "0.000000000000000001");
    expect(full).toMatchObject({ accepted: expect.anything(), suspect: expect.anything() });
    await store.replace(USDC, { state: full, readVersion: 0 }, signal);
    await store.replace(BTC, { state: stateAfter("1"), readVersion: 0 }, signal);
    const read = await store.read([BTC, USDC], signal);
    expect(read.get(USDC)).toEqual({ state: full, version: 1 });
    expect(read.get(BTC)).toEqual({ state: stateAfter("1"), version: 1 });
  });

  it("reads all assets in one request", async () => {
    await store.read([USDC, BTC, "resource_sim1eth"], signal);
    expect(server.commands.filter((name) => name === "BatchGetItemCommand")).toHaveLength(1);
  });

  it("reads more assets than one request may ask for", async () => {
    const many = Array.from({ length: 101 }, (_, n) => `resource_sim1asset${n}`);
    const [last = ""] = many.slice(-1);
    await store.replace(last, { state: stateAfter("1"), readVersion: 0 }, signal);
    const read = await store.read(many, signal);
    expect(read.size).toBe(101);
    expect(read.get(last)).toMatchObject({ version: 1 });
  });

  it("lets one of many writers win, and tells the others", async () => {
    const writes = ["200", "201", "202", "203"].map((price) =>
      store.replace(USDC, { state: stateAfter(price), readVersion: 0 }, signal),
    );
    const won = (await Promise.all(writes)).filter((wrote) => wrote);
    expect(won).toHaveLength(1);
    expect((await store.read([USDC], signal)).get(USDC)).toMatchObject({ version: 1 });
  });

  it("is not moved back by who read before somebody else wrote", async () => {
    await store.replace(USDC, { state: stateAfter("200"), readVersion: 0 }, signal);
    await store.replace(USDC, { state: stateAfter("200", "201"), readVersion: 1 }, signal);
    expect(await store.replace(USDC, { state: stateAfter("2"), readVersion: 1 }, signal)).toBe(
      false,
    );
    expect(await store.replace(USDC, { state: stateAfter("2"), readVersion: 0 }, signal)).toBe(
      false,
    );
    expect((await store.read([USDC], signal)).get(USDC)).toEqual({
      state: stateAfter("200", "201"),
      version: 2,
    });
  });

  it.each([
    ["no JSON", "{", "value: "],
    [
      "another basis",
      '{"accepted":null,"suspect":{"observation":{}}}',
      "suspect.observation.price",
    ],
    [
      "a price that is none",
      '{"accepted":null,"suspect":{"observation":{"price":"1e9","timestampSeconds":"1","transactionHash":"t"},"reason":"zero","walked":false}}',
      "suspect.observation.price: not a Decimal",
    ],
  ])(
    "says of the one asset whose item makes no sense that it cannot be read: %s",
    async (_title, state, message) => {
      const Item = {
        pk: { S: `PRICE#${USDC}` },
        sk: { S: "GUARD" },
        version: { N: "1" },
        state: { S: state },
      };
      await server.dynamo.send(new PutItemCommand({ TableName: server.table, Item }));
      await store.replace(BTC, { state: stateAfter("1"), readVersion: 0 }, signal);
      const read = await store.read([USDC, BTC], signal);
      expect(read.get(USDC)).toMatchObject({
        unreadable: { code: "stored_value_invalid", message: expect.stringContaining(message) },
      });
      expect(read.get(BTC)).toMatchObject({ version: 1 });
    },
  );

  it("says that it can be tried again when the table does not answer", async () => {
    const dynamo = createDynamo({ region: "us-east-1", endpointUrl: server.url });
    const elsewhere = createPriceGuardStore({ dynamo, table: "not-there" });
    const failure = { code: "state_table_failed", disposition: "retry" };
    await expect(elsewhere.read([USDC], signal)).rejects.toMatchObject(failure);
    await expect(
      elsewhere.replace(USDC, { state: UNSEEN, readVersion: 0 }, signal),
    ).rejects.toMatchObject(failure);
    dynamo.destroy();
  });
});
