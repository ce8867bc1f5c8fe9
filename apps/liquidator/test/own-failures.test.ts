import type { Candidate } from "@weft/messages";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type LiquidatorWorld, messageOf, startLiquidatorWorld } from "./liquidator-world.ts";

const { signal } = new AbortController();
const MINUTE_SECONDS = 60;
const SWITCHED_OFF = ["RepayForLiquidation/Global", "RepayForNFTLiquidation/Global"];

let world: LiquidatorWorld;
let cdpId: string;

beforeEach(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  world = await startLiquidatorWorld();
  [cdpId = ""] = world.overLine();
});

afterEach(() => world.stop());

const endings = async (id = cdpId) => (await world.outcomes(id)).map(({ ending }) => ending);
const quarantined = async () => {
  const ids: string[] = [];
  for await (const { cdpId } of world.attempts.listQuarantined(signal)) ids.push(cdpId);
  return ids;
};

describe("what a trial during an outage tells", () => {
  const told = async (change: Partial<Candidate>) => {
    const heard: string[] = [];
    const outage = {
      ...{ failed: () => undefined, isCommon: () => false },
      progressed: (how: string) => heard.push(how),
    };
    const { handle } = world.liquidator("trial", () => ({ outage }));
    expect(await handle(messageOf(world.candidate(cdpId, change)), signal)).toBe("done");
    return heard;
  };

  test("an expired candidate tells nothing, and a liquidation everything", async () => {
    const expiresAt = new Date(world.ledger.nowMs() - 1).toISOString();
    expect(await told({ expiresAt })).toEqual(["untried"]);
    expect((await told({})).slice(0, 2)).toEqual(["signed", "judged"]);
  });

  test("a candidate whose CDP rests tells nothing", async () => {
    await world.setServices(SWITCHED_OFF);
    expect(await told({})).toEqual(["judged"]);
    expect(await told({})).toEqual(["untried"]);
  });
});

describe("a position that fails for reasons of its own", () => {
  const previews = async () => {
    const answer = await fetch(`${world.config.GATEWAY_URLS[0]}/control/requests`);
    return ((await answer.json()) as { previews: number }).previews;
  };

  test("rests, is left alone without a look at the ledger, and is tried again in time", async () => {
    const { handle } = world.liquidator("worker");
    const take = () => handle(messageOf(world.candidate(cdpId)), signal);
    await world.setServices(SWITCHED_OFF);
    expect(await take()).toBe("done");
    const asked = await previews();
    expect(await take()).toBe("done");
    expect(await endings()).toEqual(["rejected", "quarantined"]);
    expect(await previews()).toBe(asked);
    world.ledger.advance(5 * MINUTE_SECONDS);
    expect(await take()).toBe("done");
    world.ledger.advance(5 * MINUTE_SECONDS);
    expect(await take()).toBe("done");
    expect(await endings()).toEqual(["rejected", "quarantined", "rejected", "quarantined"]);
    await world.setServices([]);
    world.ledger.advance(5 * MINUTE_SECONDS);
    expect(await take()).toBe("done");
    expect((await endings())[4]).toBe("liquidated");
  });

  test.each([
    ["by a change of the CDP", { cdpFingerprint: "ffffffffffffffff" }, false],
    ["by hand", {}, true],
  ])("is released %s", async (_how, change, byHand) => {
    const { handle } = world.liquidator("worker");
    await world.setServices(SWITCHED_OFF);
    await handle(messageOf(world.candidate(cdpId)), signal);
    await world.setServices([]);
    if (byHand) expect(await world.attempts.releaseQuarantine(cdpId, signal)).toBe(true);
    await handle(messageOf(world.candidate(cdpId, change)), signal);
    expect((await endings()).slice(0, 2)).toEqual(["rejected", "liquidated"]);
    expect(await quarantined()).toEqual([]);
  });

  describe("after our own commit has changed it", () => {
    /** The market refuses everything as soon as the first commit is accounted for. */
    const refusedAfterACommit = () =>
      world.liquidator("worker", ({ objects }) => ({
        objects: {
          ...objects,
          putJson: async (...args) => {
            await world.setServices(SWITCHED_OFF);
            return objects.putJson(...args);
          },
        },
      }));
    const changed = { cdpFingerprint: "ffffffffffffffff" };

    /** Far enough over the line that one commit does not bring it back. */
    const startDeeper = async () => {
      world.ledger.crash("0.1");
      await world.believePrices();
      [cdpId = ""] = world.overLine();
    };

    test("rests as whatever it is now: no candidate has seen it yet", async () => {
      await startDeeper();
      const { handle } = refusedAfterACommit();
      await handle(messageOf(world.candidate(cdpId)), signal);
      expect(await endings()).toEqual(["liquidated", "rejected"]);
      await handle(messageOf(world.candidate(cdpId, changed)), signal);
      expect(await endings()).toEqual(["liquidated", "rejected", "quarantined"]);
      await world.setServices([]);
      world.ledger.advance(5 * MINUTE_SECONDS);
      await world.liquidator("next").handle(messageOf(world.candidate(cdpId, changed)), signal);
      expect((await endings())[3]).toBe("liquidated");
    });

    test("counts its failures from there: what it failed of before is over", async () => {
      await startDeeper();
      await world.setServices(SWITCHED_OFF);
      await world.liquidator("before").handle(messageOf(world.candidate(cdpId)), signal);
      await world.setServices([]);
      world.ledger.advance(5 * MINUTE_SECONDS);
      await refusedAfterACommit().handle(messageOf(world.candidate(cdpId)), signal);
      expect(await endings()).toEqual(["rejected", "liquidated", "rejected"]);
      for await (const { quarantine } of world.attempts.listQuarantined(signal)) {
        expect(quarantine).toMatchObject({ failures: 1, cdpFingerprint: null });
      }
      expect(await quarantined()).toEqual([cdpId]);
    });
  });

  test("is told from a market that refuses everybody: then no more of them rest", async () => {
    world.ledger.crash("0.25");
    await world.believePrices();
    const ids = world.overLine();
    const { handle } = world.liquidator("worker");
    await world.setServices(SWITCHED_OFF);
    for (const id of ids) await handle(messageOf(world.candidate(id)), signal);
    const refused = (await Promise.all(ids.map((id) => endings(id))))
      .flat()
      .filter((e) => e === "rejected");
    expect(refused.length).toBeGreaterThan(10);
    expect(await quarantined()).toHaveLength(9);
  });
});
