import { ResponseError } from "@radixdlt/babylon-gateway-api-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Loopback, listen } from "./loopback.ts";
import { ADDRESS } from "./small-ledger.ts";

let gateway: Loopback;
beforeAll(async () => {
  gateway = await listen();
});
afterAll(() => gateway.close());

const state = () => gateway.client.state.innerClient;
const idsFrom = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => `#${first + index}#`);

describe("state/non-fungible/ids", () => {
  it("pages through every id ever minted in mint order, burned ones too", async () => {
    const pages = [];
    let cursor: string | null | undefined;
    do {
      const page = await state().nonFungibleIds({
        stateNonFungibleIdsRequest: {
          resource_address: ADDRESS.cdp,
          at_ledger_state: { state_version: 100 },
          ...(cursor && { cursor }),
        },
      });
      pages.push(page.non_fungible_ids);
      cursor = page.non_fungible_ids.next_cursor;
    } while (cursor);
    expect(pages.map((page) => [page.total_count, page.items.length])).toEqual([
      [250, 100],
      [250, 100],
      [250, 50],
    ]);
    expect(pages.flatMap((page) => page.items)).toEqual(idsFrom(1, 250));
  });

  it("is read whole by the SDK's own paging", async () => {
    expect(await gateway.client.state.getAllNonFungibleIds(ADDRESS.cdp)).toEqual(idsFrom(1, 250));
  });

  it("counts only what was minted by the version asked for", async () => {
    const page = await state().nonFungibleIds({
      stateNonFungibleIdsRequest: {
        resource_address: ADDRESS.cdp,
        at_ledger_state: { state_version: 9 },
      },
    });
    expect(page.non_fungible_ids).toMatchObject({ total_count: 100 });
    expect(page.non_fungible_ids.next_cursor).toBeUndefined();
  });

  it.each([
    ["1", 1, 1],
    ["100", 100, 100],
    ["101, cut to 100", 101, 100],
    ["a million, cut to 100", 1_000_000, 100],
  ])("takes a limit of %s", async (_name, limit_per_page, length) => {
    const page = await state().nonFungibleIds({
      stateNonFungibleIdsRequest: { resource_address: ADDRESS.cdp, limit_per_page },
    });
    expect(page.non_fungible_ids.items).toHaveLength(length);
  });

  it.each([
    ["a limit of 0", { limit_per_page: 0 }, "limit_per_page"],
    [
      "a cursor that is none",
      { cursor: "bm9wZQ==", at_ledger_state: { state_version: 9 } },
      "cursor",
    ],
    ["a cursor without a version", { cursor: "eyJwb3NpdGlvbiI6MTAwfQ==" }, "at_ledger_state"],
    [
      "an address of another network",
      { resource_address: ADDRESS.mainnetAccount },
      "resource_address",
    ],
    [
      "an address with a wrong checksum",
      { resource_address: `${ADDRESS.cdp}x` },
      "resource_address",
    ],
  ])("refuses %s", async (_name, fields, path) => {
    const body = { resource_address: ADDRESS.cdp, ...fields };
    const response = await gateway.post("/state/non-fungible/ids", body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      message: "One or more validation errors occurred",
      details: { type: "InvalidRequestError", validation_errors: [{ path }] },
    });
  });

  it("answers 404 for a resource there is not, 400 for one that is fungible", async () => {
    const ask = (resource_address: string) =>
      gateway.post("/state/non-fungible/ids", { resource_address });
    const missing = await ask(ADDRESS.unknownResource);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({
      message: "Entity not found",
      code: 404,
      details: { type: "EntityNotFoundError", address: ADDRESS.unknownResource },
    });
    const fungible = await ask(ADDRESS.usdc);
    expect(fungible.status).toBe(400);
    expect(await fungible.json()).toMatchObject({
      details: { type: "InvalidEntityError", address: ADDRESS.usdc },
    });
  });
});

describe("state/non-fungible/data", () => {
  const read = (non_fungible_ids: string[], version = 100) =>
    state().nonFungibleData({
      stateNonFungibleDataRequest: {
        resource_address: ADDRESS.cdp,
        non_fungible_ids,
        at_ledger_state: { state_version: version },
      },
    });

  it("gives data newest-minted first, burned ids without data, and nothing of unknown ids", async () => {
    const response = await read(["#2#", "#999#", "#3#", "#10#", "#2#", "nonsense"]);
    expect(response).toMatchObject({
      ledger_state: { state_version: 100 },
      resource_address: ADDRESS.cdp,
      non_fungible_id_type: "Integer",
    });
    const live = {
      is_burned: false,
      data: {
        raw_hex: "5c2101050100000000000000",
        programmatic_json: {
          kind: "Tuple",
          type_name: "CDPData",
          fields: [{ kind: "I64", field_name: "updated_at", value: "1" }],
        },
      },
      last_updated_at_state_version: 1,
    };
    expect(response.non_fungible_ids).toEqual([
      { ...live, non_fungible_id: "#10#" },
      { is_burned: true, non_fungible_id: "#3#", last_updated_at_state_version: 40 },
      { ...live, non_fungible_id: "#2#" },
    ]);
  });

  it("reads the past after the present, and the present again", async () => {
    const updatedAt = async (version: number) =>
      (await read(["#7#"], version)).non_fungible_ids[0]?.last_updated_at_state_version;
    expect([await updatedAt(100), await updatedAt(49), await updatedAt(50)]).toEqual([50, 1, 50]);
  });

  it("takes 100 ids and refuses 101", async () => {
    expect((await read(idsFrom(101, 200))).non_fungible_ids).toHaveLength(100);
    const error = await read(idsFrom(101, 201)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ResponseError);
    expect((error as ResponseError).errorResponse).toMatchObject({
      details: {
        type: "InvalidRequestError",
        validation_errors: [{ path: "non_fungible_ids", errors: ["must hold at most 100 items"] }],
      },
    });
  });

  it("refuses an empty list", async () => {
    const body = { resource_address: ADDRESS.cdp, non_fungible_ids: [] };
    expect((await gateway.post("/state/non-fungible/data", body)).status).toBe(400);
  });
});

describe("state/non-fungible/location", () => {
  it("says which ids are burned", async () => {
    const response = await state().nonFungibleLocation({
      stateNonFungibleLocationRequest: {
        resource_address: ADDRESS.cdp,
        non_fungible_ids: ["#3#", "#4#", "#999#"],
      },
    });
    expect(response.non_fungible_ids.map((row) => [row.non_fungible_id, row.is_burned])).toEqual([
      ["#4#", false],
      ["#3#", true],
    ]);
  });
});
