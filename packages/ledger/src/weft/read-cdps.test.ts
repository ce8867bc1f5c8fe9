import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestClient, LEDGER_STATE, SIGNAL } from "../../test/client.ts";
import { BTC, CDP_JSON, CDP_RESOURCE, TERM_RESOURCE, USDC } from "../../test/samples.ts";
import { type ScriptedGateway, startScriptedGateway } from "../../test/scripted-gateway.ts";
import { readCdps } from "./read-cdps.ts";
import { readCdpIds, readPopulation } from "./read-population.ts";

const DATA = "/state/non-fungible/data";
const IDS = "/state/non-fungible/ids";

let gateway: ScriptedGateway;
beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(() => gateway.close());

const live = (id: string, programmatic_json: unknown = CDP_JSON) => ({
  non_fungible_id: id,
  is_burned: false,
  data: { raw_hex: "5c", programmatic_json },
  last_updated_at_state_version: 4_000,
});
const answer = (items: readonly unknown[]) => ({
  json: {
    ledger_state: LEDGER_STATE,
    resource_address: CDP_RESOURCE,
    non_fungible_id_type: "Integer",
    non_fungible_ids: items,
  },
});
const idsUpTo = (count: number) => Array.from({ length: count }, (_, index) => `#${index + 1}#`);
const read = (ids: readonly string[], options = {}) =>
  readCdps(
    createTestClient([gateway.url], options),
    { cdpResource: CDP_RESOURCE, ids, stateVersion: 5_000n },
    SIGNAL,
  );

test("a CDP is read whole, by field name", async () => {
  gateway.on(DATA, answer([live("#12#")]));
  const reads = await read(["#12#"]);
  expect(reads.get("#12#")).toEqual({
    kind: "live",
    cdp: {
      id: "#12#",
      mintedAtSeconds: 1_735_689_600n,
      updatedAtSeconds: 1_753_399_809n,
      loans: new Map([
        [USDC, { units: 144_200_000_000_000_000_000n, configVersion: 18_446_744_073_709_551_615n }],
      ]),
      collaterals: new Map([
        [
          BTC,
          {
            amount: 50_000_000_000_000_000n,
            entryVersion: 1n,
            efficiencyMode: { kind: "group", groupId: 7 },
          },
        ],
      ]),
      nftCollaterals: new Map([[TERM_RESOURCE, { nftIds: ["#4#"] }]]),
    },
  });
  expect(gateway.requests[0]?.body).toEqual({
    resource_address: CDP_RESOURCE,
    non_fungible_ids: ["#12#"],
    at_ledger_state: { state_version: 5_000 },
  });
});

test("answers are joined by id: any order, burned, omitted and unreadable ones", async () => {
  const burned = { non_fungible_id: "#2#", is_burned: true, last_updated_at_state_version: 1 };
  gateway.on(
    DATA,
    answer([live("#5#", { kind: "Zebra" }), live("#4#", null), live("#3#"), burned, live("#99#")]),
  );
  const reads = await read(["#1#", "#2#", "#3#", "#4#", "#5#"]);
  expect([...reads].map(([id, { kind }]) => [id, kind])).toEqual([
    ["#1#", "unknown"],
    ["#2#", "burned"],
    ["#3#", "live"],
    ["#4#", "undecodable"],
    ["#5#", "undecodable"],
  ]);
  expect(reads.get("#5#")).toMatchObject({ reason: "(value): wanted Tuple, got Zebra" });
});

test("an efficiency mode nobody knows makes one CDP unreadable, and says where", async () => {
  const strange = JSON.parse(
    JSON.stringify(CDP_JSON).replace('"variant_id":"1"', '"variant_id":"9"'),
  );
  gateway.on(DATA, answer([live("#1#", strange), live("#2#")]));
  const reads = await read(["#1#", "#2#"]);
  expect(reads.get("#1#")).toEqual({
    kind: "undecodable",
    reason: `collaterals.${BTC}.config_version.efficiency_mode: unknown efficiency mode 9`,
  });
  expect(reads.get("#2#")?.kind).toBe("live");
});

test("250 ids are three requests of at most 100, side by side", async () => {
  gateway.on(DATA, ({ body }) => answer(body.non_fungible_ids.map((id: string) => live(id))));
  const reads = await read(idsUpTo(250));
  expect(gateway.requests.map(({ body }) => body.non_fungible_ids.length)).toEqual([100, 100, 50]);
  expect(reads.size).toBe(250);
  expect([...reads.values()].every(({ kind }) => kind === "live")).toBe(true);
});

test("an id asked for twice is read once", async () => {
  gateway.on(DATA, answer([live("#1#")]));
  await read(["#1#", "#1#"]);
  expect(gateway.requests[0]?.body.non_fungible_ids).toEqual(["#1#"]);
});

test("a request that is too much for the Gateway is asked for in halves", async () => {
  gateway.on(DATA, ({ body }) => {
    const ids: string[] = body.non_fungible_ids;
    return ids.length > 30 ? { status: 524, text: "" } : answer(ids.map((id) => live(id)));
  });
  const reads = await read(idsUpTo(100));
  expect(gateway.requests.map(({ body }) => body.non_fungible_ids.length).sort()).toEqual([
    100, 25, 25, 25, 25, 50, 50,
  ]);
  expect([...reads.values()].every(({ kind }) => kind === "live")).toBe(true);
});

test.each([
  ["a 429", { status: 429, text: "slow down" }],
  ["a 504 of what fronts the Gateway", { status: 504, text: "" }],
  ["a failure of the Gateway", { status: 500, text: "" }],
])("%s halves nothing: the same request is sent again", async (_name, bad) => {
  gateway.on(DATA, bad, bad, ({ body }) =>
    answer(body.non_fungible_ids.map((id: string) => live(id))),
  );
  await read(idsUpTo(100));
  expect(gateway.requests.map(({ body }) => body.non_fungible_ids.length)).toEqual([100, 100, 100]);
});

test("one refused chunk ends the others", async () => {
  gateway.on(DATA, { status: 400, text: "no" }, { misbehaviour: "hang" });
  await expect(read(idsUpTo(300))).rejects.toMatchObject({ code: "gateway_invalid_request" });
  expect(gateway.requests.length).toBeLessThanOrEqual(3);
});

test("an answer without its list is an error, not an empty book", async () => {
  gateway.on(DATA, { json: { ledger_state: LEDGER_STATE } });
  await expect(read(["#1#"])).rejects.toMatchObject({ code: "gateway_unexpected_answer" });
});

test("the population takes one request, not pinned", async () => {
  gateway.on(IDS, {
    json: {
      ledger_state: LEDGER_STATE,
      resource_address: CDP_RESOURCE,
      non_fungible_ids: { total_count: 1_138, next_cursor: "abc", items: ["#1#"] },
    },
  });
  const client = createTestClient([gateway.url]);
  expect(await readPopulation(client, CDP_RESOURCE, SIGNAL)).toEqual({
    head: { stateVersion: 5_000n, epoch: 180, round: 17, timestampMs: 1_795_176_000_000 },
    totalCount: 1_138,
    firstIds: ["#1#"],
  });
  expect(gateway.requests.map(({ body }) => body)).toEqual([
    { resource_address: CDP_RESOURCE, limit_per_page: 1 },
  ]);
});

test("ids are paged through at one version", async () => {
  const page = (items: string[], next_cursor: string | null) => ({
    json: {
      ledger_state: LEDGER_STATE,
      resource_address: CDP_RESOURCE,
      non_fungible_ids: { total_count: 3, next_cursor, items },
    },
  });
  gateway.on(IDS, page(["#1#", "#2#"], "next"), page(["#3#"], null));
  const client = createTestClient([gateway.url]);
  const pages: string[][] = [];
  for await (const ids of readCdpIds(client, CDP_RESOURCE, 5_000n, SIGNAL)) pages.push(ids);
  expect(pages).toEqual([["#1#", "#2#"], ["#3#"]]);
  expect(gateway.requests.map(({ body }) => [body.cursor, body.at_ledger_state])).toEqual([
    [undefined, { state_version: 5_000 }],
    ["next", { state_version: 5_000 }],
  ]);
});
