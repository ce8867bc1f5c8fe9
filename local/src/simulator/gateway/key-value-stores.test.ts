import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Loopback, listen } from "./loopback.ts";
import { ADDRESS } from "./small-ledger.ts";

let gateway: Loopback;
beforeAll(async () => {
  gateway = await listen();
});
afterAll(() => gateway.close());

const state = () => gateway.client.state.innerClient;

describe("state/key-value-store", () => {
  const keys = (fields: object = {}) =>
    state().keyValueStoreKeys({
      stateKeyValueStoreKeysRequest: { key_value_store_address: ADDRESS.store, ...fields },
    });
  const data = (wanted: object[]) =>
    state().keyValueStoreData({
      stateKeyValueStoreDataRequest: {
        key_value_store_address: ADDRESS.store,
        keys: wanted as never,
      },
    });

  it("lists keys newest first, page by page", async () => {
    const first = await keys();
    expect(first).toMatchObject({ total_count: 150, key_value_store_address: ADDRESS.store });
    expect(first.items).toHaveLength(100);
    expect(first.items[0]).toEqual({
      key: { raw_hex: "5c0a9600000000000000", programmatic_json: { kind: "U64", value: "150" } },
      last_updated_at_state_version: 60,
    });
    const rest = await keys({
      cursor: first.next_cursor,
      at_ledger_state: { state_version: first.ledger_state.state_version },
    });
    expect(rest.items).toHaveLength(50);
    expect(rest.next_cursor).toBeUndefined();
  });

  it("reads entries by hex and by JSON and leaves out what there is not", async () => {
    const response = await data([
      { key_json: { kind: "U64", value: "1" } },
      { key_hex: "5C0A0200000000000000" },
      { key_json: { kind: "U64", value: "999" } },
    ]);
    expect(response.entries.map((entry) => [entry.key.raw_hex, entry.is_locked])).toEqual([
      ["5c0a0200000000000000", false],
      ["5c0a0100000000000000", false],
    ]);
    expect(response.entries[0]?.value.programmatic_json).toEqual({
      kind: "Tuple",
      type_name: "Entry",
      fields: [{ kind: "Decimal", field_name: "price", value: "2.5" }],
    });
  });

  const hex = (count: number) => Array.from({ length: count }, () => ({ key_hex: "5c0a" }));
  it.each([
    ["no key", [], "keys"],
    ["101 keys", hex(101), "keys"],
    ["a key of neither form", [{}], "keys.0"],
    ["a key that is no hex", [{ key_hex: "zz" }], "keys.0.key_hex"],
    ["a key of an unknown kind", [{ key_json: { kind: "Bucket" } }], "keys.0.key_json"],
  ])("refuses %s", async (_name, wanted, path) => {
    const body = { key_value_store_address: ADDRESS.store, keys: wanted };
    const response = await gateway.post("/state/key-value-store/data", body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ details: { validation_errors: [{ path }] } });
  });

  it("takes 100 keys", async () => {
    expect((await data(hex(100))).entries).toEqual([]);
  });

  it("answers 404 for a store there is not", async () => {
    const body = { key_value_store_address: ADDRESS.unknownStore };
    expect((await gateway.post("/state/key-value-store/keys", body)).status).toBe(404);
  });
});
