import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Loopback, listen } from "../gateway/loopback.ts";
import { ADDRESS } from "../gateway/small-ledger.ts";

let simulator: Loopback;
beforeEach(async () => {
  simulator = await listen({ latencyMs: 1 });
});
afterEach(() => simulator.close());

const get = async (path: string): Promise<unknown> =>
  (await fetch(`${simulator.url}/control/${path}`)).json();
const post = async (path: string, body: unknown): Promise<unknown> =>
  (await simulator.post(`/control/${path}`, body)).json();

describe("control reads", () => {
  it("tells the simulated time", async () => {
    expect(await get("clock")).toEqual({ nowMs: 1_767_225_700_000 });
  });

  it("tells the addresses and the audit as the ledger has them", async () => {
    expect(await get("addresses")).toEqual(simulator.ledger.addresses);
    expect(await get("audit")).toEqual(simulator.ledger.audit());
  });

  it("tells that it is healthy and where the ledger stands", async () => {
    expect(await get("health")).toMatchObject({
      healthy: true,
      ledger_state: { state_version: 100 },
    });
  });

  it("counts Gateway requests by what they are for, and none of its own", async () => {
    await simulator.client.status.getCurrent();
    await simulator.client.state.getAllNonFungibleIds(ADDRESS.cdp);
    await simulator.post("/transaction/preview", { manifest: "CALL;" });
    await simulator.post("/transaction/submit", { notarized_transaction_hex: "zz" });
    await simulator.post("/transaction/construction", "");
    await get("clock");
    expect(await get("requests")).toEqual({
      reads: 4,
      previews: 1,
      transactions: 2,
      byPath: {
        "/state/non-fungible/ids": 3,
        "/status/gateway-status": 1,
        "/transaction/construction": 1,
        "/transaction/preview": 1,
        "/transaction/submit": 1,
      },
    });
  });
});

describe("control/advance", () => {
  it("moves time on and tells where the ledger then stands", async () => {
    expect(await post("advance", { seconds: 20 })).toEqual({
      network: "simulator",
      state_version: 120,
      proposer_round_timestamp: "2026-01-01T00:02:00.000Z",
      epoch: 6,
      round: 1,
    });
  });
});

describe("control/prices", () => {
  it("sets prices by symbol and by address", async () => {
    expect(await post("prices", { set: { xUSDC: "200.5" } })).toEqual({
      prices: { [ADDRESS.usdc]: "200.5" },
    });
    expect(await post("prices", { set: { [ADDRESS.usdc]: "201" } })).toEqual({
      prices: { [ADDRESS.usdc]: "201" },
    });
  });

  it("sets a price to zero, and takes one away", async () => {
    expect(await post("prices", { set: { xUSDC: "0" } })).toEqual({
      prices: { [ADDRESS.usdc]: "0" },
    });
    expect(await post("prices", { remove: ["xUSDC"] })).toEqual({ prices: {} });
  });

  it("lets the market crash", async () => {
    await post("prices", { crash: "0.25" });
    expect(simulator.ledger.crashes).toEqual(["0.25"]);
  });
});

describe("control/reference", () => {
  const observedAt = "2026-01-01T00:01:40.000Z";

  it("says nothing at first, then what it was told, as of now or of a time ago", async () => {
    expect(await get("reference")).toEqual({ version: 1, prices: {} });
    await post("reference", { set: { xUSDC: "200.5" } });
    expect(await get("reference")).toEqual({
      version: 1,
      prices: { [ADDRESS.usdc]: { priceXrd: "200.5", observedAt } },
    });
    await post("reference", { ageSeconds: 100 });
    expect(await get("reference")).toMatchObject({
      prices: { [ADDRESS.usdc]: { observedAt: "2026-01-01T00:00:00.000Z" } },
    });
    expect(await post("reference", { set: { xUSDC: null } })).toEqual({ version: 1, prices: {} });
  });

  it("copies what the ledger says, and keeps to it when the ledger goes elsewhere", async () => {
    await post("prices", { set: { xUSDC: "201" } });
    await post("reference", { copy: true });
    await post("prices", { set: { xUSDC: "20100" } });
    expect(await get("reference")).toEqual({
      version: 1,
      prices: { [ADDRESS.usdc]: { priceXrd: "201", observedAt } },
    });
  });

  it("does not answer when it is told not to", async () => {
    await post("reference", { available: false });
    expect((await fetch(`${simulator.url}/control/reference`)).status).toBe(503);
    await post("reference", { available: true });
    expect((await fetch(`${simulator.url}/control/reference`)).status).toBe(200);
  });
});

describe("control/fund", () => {
  it("funds an account by symbol and by address and tells its balances", async () => {
    const amounts = { XRD: "1000", [ADDRESS.depositUnit]: "0.000000000000000001" };
    expect(await post("fund", { account: ADDRESS.account, amounts })).toEqual({
      balances: {
        [ADDRESS.xrd]: "1000",
        [ADDRESS.usdc]: "7",
        [ADDRESS.depositUnit]: "0.000000000000000001",
      },
    });
  });
});

describe("control/faults", () => {
  const atStart = {
    latencyMs: 1,
    latencyJitterMs: 0,
    errorRate: 0,
    timeoutRate: 0,
    rateLimitRate: 0,
    retryAfterSeconds: 1,
    submitLossRate: 0,
    laggingVersions: 0,
    intentsForgotten: false,
    maxSyncDelaySeconds: 0,
    corruptCdpIds: [],
    unvaluableCdpIds: [],
    commitDelayMs: 300,
    frozen: false,
    excessPayment: "returned",
    seizureOrder: "as_requested",
    interest: "written",
    dust: "allowed",
    nftFee: "on_top",
    nftCloseFactor: "ignored",
    rounding: "each_step",
    line: "above",
    thresholds: "as_configured",
    emptyRatio: "greatest",
    refusedCdpIds: [],
    failingCdpIds: [],
    dexSpread: "0.003",
    dexDepthXrd: "1000000000000",
  };

  it("sets what is named, keeps the rest, and resets with null to what held at the start", async () => {
    expect(await get("faults")).toEqual(atStart);
    expect(await post("faults", { latencyMs: 5, errorRate: 0.5 })).toEqual({
      ...atStart,
      latencyMs: 5,
      errorRate: 0.5,
    });
    expect(await post("faults", { latencyMs: null, frozen: true, commitDelayMs: 0 })).toEqual({
      ...atStart,
      errorRate: 0.5,
      frozen: true,
      commitDelayMs: 0,
    });
    expect(simulator.ledger.behaviour).toMatchObject({ frozen: true, commitDelayMs: 0 });
    expect(await post("faults", { errorRate: null, frozen: null, commitDelayMs: null })).toEqual(
      atStart,
    );
  });

  it("holds from the next request on", async () => {
    await post("faults", { rateLimitRate: 1 });
    expect((await simulator.post("/status/gateway-status", "")).status).toBe(429);
    await post("faults", { rateLimitRate: null });
    expect((await simulator.post("/status/gateway-status", "")).status).toBe(200);
  });

  it("changes nothing when any part of it is wrong", async () => {
    await post("faults", { latencyMs: 9, errorRate: 2 });
    expect(await get("faults")).toEqual(atStart);
  });
});

describe("unusable input", () => {
  const tooMuch = 1e12;
  it.each<readonly [string, unknown, string]>([
    ["advance", {}, "seconds"],
    ["advance", { seconds: 0 }, "seconds"],
    ["advance", { seconds: 1.5 }, "seconds"],
    ["advance", { seconds: tooMuch }, "seconds"],
    ["advance", { seconds: 1, minutes: 1 }, "minutes"],
    ["advance", "{", "(body)"],
    ["advance", "[]", "(body)"],
    ["prices", {}, "set"],
    ["prices", { set: {} }, "set"],
    ["prices", { set: { xUSDC: 200 } }, "set.xUSDC"],
    ["prices", { set: { xUSDC: "-1" } }, "set.xUSDC"],
    ["prices", { set: { xUSDC: "-0" } }, "set.xUSDC"],
    ["prices", { remove: [] }, "remove"],
    ["prices", { remove: ["DOGE"] }, "remove.DOGE"],
    ["reference", { set: { xUSDC: "0" } }, "set.xUSDC"],
    ["reference", { set: { DOGE: "1" } }, "set.DOGE"],
    ["reference", { ageSeconds: -1 }, "ageSeconds"],
    ["prices", { set: { DOGE: "1" } }, "set.DOGE"],
    ["prices", { set: { constructor: "1" } }, "set.constructor"],
    ["prices", { crash: "1" }, "crash"],
    ["prices", { crash: "0" }, "crash"],
    ["fund", { account: ADDRESS.mainnetAccount, amounts: { XRD: "1" } }, "account"],
    ["fund", { account: ADDRESS.account }, "amounts"],
    ["fund", { account: ADDRESS.account, amounts: { XRD: "1e3" } }, "amounts.XRD"],
    [
      "fund",
      { account: ADDRESS.account, amounts: { xUSDC: "0.0000001" } },
      `amounts.${ADDRESS.usdc}`,
    ],
    [
      "fund",
      { account: ADDRESS.account, amounts: { [ADDRESS.cdp]: "1" } },
      `amounts.${ADDRESS.cdp}`,
    ],
    ["faults", { errorRate: 1.01 }, "errorRate"],
    ["faults", { timeoutRate: -0.1 }, "timeoutRate"],
    ["faults", { rateLimitRate: "1" }, "rateLimitRate"],
    ["faults", { latencyMs: -1 }, "latencyMs"],
    ["faults", { laggingVersions: 0.5 }, "laggingVersions"],
    ["faults", { corruptCdpIds: ["12"] }, "corruptCdpIds.0"],
    ["faults", { refusedCdpIds: "#12#" }, "refusedCdpIds"],
    ["faults", { failingCdpIds: ["12"] }, "failingCdpIds.0"],
    ["faults", { frozen: "yes" }, "frozen"],
    ["faults", { excessPayment: "kept" }, "excessPayment"],
    ["faults", { latency: 5 }, "latency"],
  ])("of %s, %j, is refused with the name of the field", async (path, body, field) => {
    const response = await simulator.post(`/control/${path}`, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "unusable input", fields: [{ field }] });
  });

  it("names all fields at once", async () => {
    expect(await post("faults", { errorRate: 2, latencyMs: -1, nonsense: 1 })).toEqual({
      error: "unusable input",
      fields: [
        { field: "latencyMs", message: expect.any(String) },
        { field: "errorRate", message: expect.any(String) },
        { field: "nonsense", message: "is not a field of this request" },
      ],
    });
  });
});
