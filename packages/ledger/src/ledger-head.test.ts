import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestClient, LEDGER_STATE, SIGNAL } from "../test/client.ts";
import { type ScriptedGateway, startScriptedGateway } from "../test/scripted-gateway.ts";
import { assertFresh, readHead } from "./ledger-head.ts";

let gateway: ScriptedGateway;
beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(() => gateway.close());

test("the head is what the Gateway says it is", async () => {
  gateway.on("/transaction/construction", { json: { ledger_state: LEDGER_STATE } });
  expect(await readHead(createTestClient([gateway.url]), SIGNAL)).toEqual({
    stateVersion: 5_000n,
    epoch: 180,
    round: 17,
    timestampMs: 1_795_176_000_000,
  });
});

test.each([
  ["no ledger_state", {}],
  ["no time", { ledger_state: { ...LEDGER_STATE, proposer_round_timestamp: "soon" } }],
  ["no version", { ledger_state: { ...LEDGER_STATE, state_version: "5000" } }],
])("an answer with %s is refused", async (_name, json) => {
  gateway.on("/transaction/construction", { json });
  const head = readHead(createTestClient([gateway.url]), SIGNAL);
  await expect(head).rejects.toMatchObject({ code: "gateway_unexpected_answer" });
});

describe("freshness", () => {
  const head = { stateVersion: 1n, epoch: 1, round: 1, timestampMs: 1_000_000 };
  const check = (nowMs: number) => () => assertFresh(head, { nowMs, maxAgeSeconds: 120 });

  test.each([1_000_000, 1_120_000, 880_000])("at %i the head is fresh", (nowMs) => {
    expect(check(nowMs)).not.toThrow();
  });

  test.each([
    [1_120_001, "120.0 s old, more than 120 s"],
    [879_999, "120.0 s in the future, more than 120 s"],
  ])("at %i it is stale", (nowMs, message) => {
    expect(check(nowMs)).toThrow(message);
    expect(check(nowMs)).toThrow(
      expect.objectContaining({ code: "stale_head", disposition: "retry" }),
    );
  });
});
