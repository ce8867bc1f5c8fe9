import { afterEach, describe, expect, it } from "vitest";
import { createRandom } from "../ledger/random.ts";
import { drawFate, type Faults, NO_FAULTS } from "./faults.ts";
import { type Loopback, listen } from "./loopback.ts";
import { ADDRESS, RECEIPT, UNKNOWN_INTENT } from "./small-ledger.ts";

describe("drawFate", () => {
  const fates = (faults: Partial<Faults>, seed: number, count: number) => {
    const random = createRandom(seed).unit;
    return Array.from({ length: count }, () => drawFate({ ...NO_FAULTS, ...faults }, random));
  };
  const rates = { errorRate: 0.2, timeoutRate: 0.1, rateLimitRate: 0.1, submitLossRate: 0.3 };

  it("answers every request at once when there are no faults", () => {
    expect(new Set(fates({}, 1, 50).map((fate) => JSON.stringify(fate)))).toEqual(
      new Set(['{"delayMs":0,"ending":"answered","answerLost":false}']),
    );
  });

  it("meets the same faults with the same seed, others with another", () => {
    expect(fates(rates, 7, 200)).toEqual(fates(rates, 7, 200));
    expect(fates(rates, 7, 200)).not.toEqual(fates(rates, 8, 200));
  });

  it("does not move one fault when another is switched on", () => {
    const failed = (faults: Partial<Faults>) =>
      fates(faults, 7, 200).map((fate) => fate.ending === "failed");
    expect(failed({ errorRate: 0.2, latencyMs: 9, submitLossRate: 1 })).toEqual(
      failed({ errorRate: 0.2 }),
    );
  });

  it("keeps near the rates asked for", () => {
    const endings = fates(rates, 1, 10_000).map((fate) => fate.ending);
    const share = (ending: string) => endings.filter((one) => one === ending).length / 10_000;
    expect(share("rate_limited")).toBeCloseTo(0.1, 1);
    expect(share("timed_out")).toBeCloseTo(0.09, 1);
    expect(share("failed")).toBeCloseTo(0.162, 1);
  });

  it("spreads the jitter above the latency", () => {
    const delays = fates({ latencyMs: 100, latencyJitterMs: 50 }, 1, 1_000).map(
      (fate) => fate.delayMs,
    );
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays)).toBeLessThan(150);
    expect(Math.max(...delays)).toBeGreaterThan(145);
  });
});

describe("a Gateway with faults", () => {
  let gateway: Loopback;
  afterEach(() => gateway.close());
  const status = () => gateway.post("/status/gateway-status", "");
  const ids = (fields: object = {}) =>
    gateway.post("/state/non-fungible/ids", { resource_address: ADDRESS.cdp, ...fields });
  const submit = () => gateway.post("/transaction/submit", { notarized_transaction_hex: "aa01" });

  it("answers 429 with Retry-After and a text that is no JSON", async () => {
    gateway = await listen({ rateLimitRate: 1, retryAfterSeconds: 3 });
    const response = await status();
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "3"]);
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(await response.text()).toBe("Slow down");
  });

  it("answers 500 and does not work on the request", async () => {
    gateway = await listen({ errorRate: 1 });
    const response = await submit();
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ details: { type: "InternalServerError" } });
    expect(gateway.ledger.submitted.size).toBe(0);
  });

  it("answers 524 without a body after a submit was taken up", async () => {
    gateway = await listen({ timeoutRate: 1 });
    const response = await submit();
    expect([response.status, await response.text()]).toEqual([524, ""]);
    expect([...gateway.ledger.submitted]).toEqual(["aa01"]);
  });

  it("loses the answer to a submit it has taken up, and to nothing else", async () => {
    gateway = await listen({ submitLossRate: 1 });
    await expect(submit()).rejects.toThrow("fetch failed");
    expect([...gateway.ledger.submitted]).toEqual(["aa01"]);
    expect((await status()).status).toBe(200);
    const refused = await gateway.post("/transaction/submit", { notarized_transaction_hex: "ee" });
    expect(refused.status).toBe(400);
  });

  it("lets several faults hold at once, the rate limit before the rest", async () => {
    gateway = await listen({ rateLimitRate: 1, timeoutRate: 1, errorRate: 1 });
    expect((await status()).status).toBe(429);
  });

  it("spreads faults over requests the same way for the same seed", async () => {
    const run = async (seed: number) => {
      gateway = await listen({ errorRate: 0.5 }, seed);
      const statuses = [];
      for (let request = 0; request < 20; request++) statuses.push((await status()).status);
      await gateway.close();
      return statuses.join();
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(new Set(first.split(","))).toEqual(new Set(["200", "500"]));
  });

  it("holds a request back for its latency, and lets go of it when it closes", async () => {
    gateway = await listen({ latencyMs: 3_600_000 });
    const answer = status().then(
      () => "answered",
      () => "broken off",
    );
    await expect
      .poll(async () => {
        const response = await fetch(`${gateway.url}/control/requests`);
        return ((await response.json()) as { reads: number }).reads;
      })
      .toBe(1);
    await gateway.close();
    expect(await answer).toBe("broken off");
  });

  it("gives data of corrupt CDPs that is no CDP, of the others as ever", async () => {
    gateway = await listen({ corruptCdpIds: ["#5#"] });
    const rows = await gateway.client.state.getNonFungibleData(ADDRESS.cdp, ["#5#", "#6#"]);
    expect(rows.map((row) => row.data?.raw_hex)).toEqual([
      "5c2101050100000000000000",
      "5c21010c096e6f742061206d6170",
    ]);
  });

  it("fails a preview that asks about a CDP which cannot be valued, and no other", async () => {
    gateway = await listen({ unvaluableCdpIds: ["#5#"] });
    const preview = async (id: string) => {
      const manifest = `CALL_METHOD Address("x") "get_cdp" NonFungibleLocalId("${id}");`;
      const response = await gateway.post("/transaction/preview", { manifest });
      return ((await response.json()) as { receipt: { status: string } }).receipt;
    };
    expect(await preview("#5#")).toMatchObject({
      status: "Failed",
      error_message: "cannot value #5#",
    });
    expect((await preview("#55#")).status).toBe("Succeeded");
  });

  describe("lagging", () => {
    it("answers as if its head were so many versions behind", async () => {
      gateway = await listen({ laggingVersions: 30 });
      expect(await (await status()).json()).toMatchObject({
        ledger_state: { state_version: 70, epoch: 3, round: 11 },
      });
      expect(await (await ids()).json()).toMatchObject({ ledger_state: { state_version: 70 } });
      expect((await ids({ at_ledger_state: { state_version: 70 } })).status).toBe(200);
      const beyond = await ids({ at_ledger_state: { state_version: 71 } });
      expect(beyond.status).toBe(400);
      expect(await beyond.json()).toMatchObject({
        details: {
          validation_errors: [
            { path: "?", errors: ["State version is beyond the end of the known ledger"] },
          ],
        },
      });
    });

    it("answers with its head for a time after it", async () => {
      gateway = await listen({ laggingVersions: 30 });
      const response = await ids({ at_ledger_state: { timestamp: "2026-01-01T00:01:40Z" } });
      expect(await response.json()).toMatchObject({ ledger_state: { state_version: 70 } });
    });

    it("stops at the first version there is", async () => {
      gateway = await listen({ laggingVersions: 5_000 });
      expect(await (await status()).json()).toMatchObject({ ledger_state: { state_version: 1 } });
    });

    it("holds an intent for pending that was committed, or expired, beyond its head", async () => {
      gateway = await listen({ laggingVersions: 30 });
      const known = { ...UNKNOWN_INTENT, payloadHash: ADDRESS.payload };
      const { intents, commits } = gateway.ledger;
      const read = async () => {
        const response = await gateway.post("/transaction/status", { intent_hash: ADDRESS.intent });
        return ((await response.json()) as { intent_status: string }).intent_status;
      };
      intents.set(ADDRESS.intent, {
        ...known,
        status: "CommittedSuccess",
        committedStateVersion: 71,
      });
      expect(await read()).toBe("Pending");
      intents.set(ADDRESS.intent, {
        ...known,
        status: "CommittedSuccess",
        committedStateVersion: 70,
      });
      expect(await read()).toBe("CommittedSuccess");
      intents.set(ADDRESS.intent, {
        ...known,
        status: "PermanentlyRejected",
        endEpochExclusive: 4,
      });
      expect(await read()).toBe("Pending");
      intents.set(ADDRESS.intent, {
        ...known,
        status: "PermanentlyRejected",
        endEpochExclusive: 3,
      });
      expect(await read()).toBe("PermanentlyRejected");

      commits.set(ADDRESS.intent, {
        intentHash: ADDRESS.intent,
        payloadHash: ADDRESS.payload,
        payloadHex: "aa01",
        point: { stateVersion: 71, timestampMs: 0, epoch: 3, round: 12 },
        receipt: RECEIPT,
        feePaidXrd: "0.35",
      });
      const details = { intent_hash: ADDRESS.intent };
      expect((await gateway.post("/transaction/committed-details", details)).status).toBe(404);
    });
  });

  describe("not synced up", () => {
    it("refuses reads of a head that is too old, but not pinned ones or its own status", async () => {
      gateway = await listen({ maxSyncDelaySeconds: 60 });
      gateway.ledger.behaviour.frozen = true;
      gateway.ledger.advance(60);
      expect((await ids()).status).toBe(200);
      gateway.ledger.advance(1);
      const refused = await ids();
      expect(refused.status).toBe(500);
      expect(await refused.json()).toMatchObject({
        code: 500,
        details: {
          type: "NotSyncedUpError",
          request_type: "Read",
          current_sync_delay_seconds: 61,
          max_allowed_sync_delay_seconds: 60,
        },
      });
      const construction = await gateway.post("/transaction/construction", "");
      expect(await construction.json()).toMatchObject({
        details: { request_type: "Construction" },
      });
      expect((await ids({ at_ledger_state: { state_version: 100 } })).status).toBe(200);
      expect((await status()).status).toBe(200);
    });
  });
});

describe("what the Gateway does not offer", () => {
  it("is 404", async () => {
    const gateway = await listen();
    expect((await gateway.post("/stream/transactions", {})).status).toBe(404);
    expect((await fetch(`${gateway.url}/status/gateway-status`)).status).toBe(404);
    await gateway.close();
  });
});
