import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Evidence, faultsOfBooks, faultsOfCdp } from "./kills/faults-of.ts";
import { type KillWorld, startKillWorld } from "./kills/kill-world.ts";

const CDPS = 25;
const MESSAGES_OF_EACH = [0, 1, 2];

let world: KillWorld;
let evidence: Evidence;
let cdpIds: readonly string[];

/** Two of the images' own bundles, three messages of each CDP in the queue before the first receive, half of all answers to a submit lost. */
beforeAll(async () => {
  world = await startKillWorld({ cdps: 600, bundle: "production" });
  await world.crash("0.3");
  cdpIds = (await world.overLine()).slice(0, CDPS);
  await world.setFaults({
    ...{ submitLossRate: 0.5, timeoutRate: 0.05, errorRate: 0.05, commitDelayMs: 800 },
  });
  for (const nth of MESSAGES_OF_EACH) {
    await Promise.all(cdpIds.map((cdpId) => world.queue(cdpId, nth)));
  }
  await Promise.all([world.startLiquidator("one"), world.startLiquidator("other")]);
  await world.untilAnswered();
  evidence = await world.evidence(cdpIds);
}, 400_000);

afterAll(() => world.stop());

describe("two liquidators, three messages of each CDP, and answers to submits that are lost", () => {
  test("bring every CDP to its end once", () => {
    const faults = cdpIds.map((cdpId) => [cdpId, ...faultsOfCdp(cdpId, evidence)]);
    expect(faults.filter((found) => found.length > 1)).toEqual([]);
  });

  test("commit nothing twice, and the books add up", () => {
    expect(faultsOfBooks(evidence)).toEqual([]);
  });

  test("tell the messages that say nothing new from those that do", () => {
    const superseded = evidence.outcomes.filter(({ ending }) => ending === "superseded");
    expect(superseded.length).toBeGreaterThan(0);
  });
});
