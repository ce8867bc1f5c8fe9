import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Loopback, listen } from "./loopback.ts";
import { ADDRESS } from "./small-ledger.ts";

let gateway: Loopback;
beforeAll(async () => {
  gateway = await listen();
});
afterAll(() => gateway.close());

describe("status/gateway-status", () => {
  it("says where the ledger stands", async () => {
    expect(await gateway.client.status.getCurrent()).toEqual({
      ledger_state: {
        network: "simulator",
        state_version: 100,
        proposer_round_timestamp: "2026-01-01T00:01:40.000Z",
        epoch: 5,
        round: 1,
      },
      release_info: {
        release_version: "1.10.1-simulator",
        open_api_schema_version: "1.10.1",
        image_tag: "simulator",
      },
    });
  });
});

describe("at_ledger_state", () => {
  const at = (at_ledger_state: object) =>
    gateway.post("/state/non-fungible/ids", { resource_address: ADDRESS.cdp, at_ledger_state });

  it.each([
    ["a version", { state_version: 9 }, 9],
    ["the version of the head", { state_version: 100 }, 100],
    ["a time between two versions", { timestamp: "2026-01-01T00:00:42.900Z" }, 42],
    ["a time with an offset", { timestamp: "2026-01-01T01:00:42+01:00" }, 42],
    ["an epoch, by its first round", { epoch: 2 }, 40],
    ["an epoch and a round", { epoch: 2, round: 3 }, 42],
    ["a version beside nulls", { state_version: 9, timestamp: null, epoch: null, round: null }, 9],
  ])("reads at %s", async (_name, selector, version) => {
    const response = await at(selector);
    expect(await response.json()).toMatchObject({ ledger_state: { state_version: version } });
  });

  it.each([
    [
      "a version beyond the head",
      { state_version: 101 },
      "State version is beyond the end of the known ledger",
    ],
    ["an epoch to come", { epoch: 6 }, "Epoch 6 is beyond the end of the known ledger or invalid"],
    [
      "a round to come",
      { epoch: 5, round: 2 },
      "Epoch 5 round 2 is beyond the end of the known ledger or invalid",
    ],
    [
      "a time before the start",
      { timestamp: "2025-12-31T00:00:00Z" },
      "Timestamp was before the start of the ledger",
    ],
  ])("refuses %s at the place ?", async (_name, selector, error) => {
    const response = await at(selector);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      message: "One or more errors occurred",
      code: 400,
      details: {
        type: "InvalidRequestError",
        validation_errors: [{ path: "?", errors: [error] }],
      },
      trace_id: expect.stringMatching(/^simulator-\d+$/),
    });
  });

  it.each([
    ["names nothing", {}, "at_ledger_state"],
    ["names two points", { state_version: 5, epoch: 1 }, "at_ledger_state"],
    ["names a round alone", { round: 1 }, "at_ledger_state"],
    ["names version 0", { state_version: 0 }, "at_ledger_state.state_version"],
    ["names no time", { timestamp: "yesterday" }, "at_ledger_state.timestamp"],
    ["lies in the future", { timestamp: "2027-01-01T00:00:00Z" }, "at_ledger_state.timestamp"],
  ])("refuses one that %s", async (_name, selector, path) => {
    const response = await at(selector);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      details: { type: "InvalidRequestError", validation_errors: [{ path }] },
    });
  });
});
