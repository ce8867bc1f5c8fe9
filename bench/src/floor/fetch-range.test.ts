import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fetchRange } from "./fetch-range.ts";

interface Asked {
  readonly non_fungible_ids: readonly string[];
  readonly at_ledger_state: { readonly state_version: number };
}

let server: Server;
let asked: Asked[];
let answer: (ids: readonly string[]) => {
  readonly status: number;
  readonly items: readonly string[];
};

beforeEach(async () => {
  asked = [];
  answer = (items) => ({ status: 200, items });
  server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text) as Asked;
    asked.push(body);
    const { status, items } = answer(body.non_fungible_ids);
    response.writeHead(status).end(JSON.stringify({ non_fungible_ids: items }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const fetchUpTo = (last: number) => {
  const { port } = server.address() as AddressInfo;
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const shared = { gatewayUrl, cdpResource: "resource_x", stateVersion: 7, inFlight: 3 };
  return fetchRange({ ...shared, first: 1, last });
};

test("every id is fetched once, a hundred at a time, at one version, and the bytes are counted", async () => {
  const { bytes } = await fetchUpTo(250);
  const ids = asked.flatMap(({ non_fungible_ids }) => non_fungible_ids);
  expect(asked.map(({ non_fungible_ids }) => non_fungible_ids.length)).toEqual([100, 100, 50]);
  expect(new Set(ids).size).toBe(250);
  expect([ids[0], ids.at(-1)]).toEqual(["#1#", "#250#"]);
  expect(asked.every(({ at_ledger_state }) => at_ledger_state.state_version === 7)).toBe(true);
  const sent = (from: number, to: number) =>
    JSON.stringify({ non_fungible_ids: ids.slice(from, to) }).length;
  expect(bytes).toBe(sent(0, 100) + sent(100, 200) + sent(200, 250));
});

test("an answer that lacks some would make the floor too low: it is an error", async () => {
  answer = (ids) => ({ status: 200, items: ids.slice(1) });
  await expect(fetchUpTo(100)).rejects.toThrow("not all of #1# to #100#");
});

test("so is a refusal", async () => {
  answer = () => ({ status: 429, items: [] });
  await expect(fetchUpTo(100)).rejects.toThrow("the Gateway answered 429");
});
