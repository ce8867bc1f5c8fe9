import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Evidence, faultsOfBooks, faultsOfCdp } from "./kills/faults-of.ts";
import { type KillWorld, startKillWorld } from "./kills/kill-world.ts";
import { startTellingQueue, type TellingQueue } from "./kills/telling-queue.ts";
import { until } from "./until.ts";

const CDPS = 15;
const DELIVERIES = 3;

let world: KillWorld;
let queue: TellingQueue;
let evidence: Evidence;
let cdpIds: readonly string[];

/** Two of the images' own bundles at a queue that tells everything three times, and half of all answers to a submit lost. */
beforeAll(async () => {
  queue = await startTellingQueue(DELIVERIES);
  world = await startKillWorld({
    ...{ cdps: 600, bundle: "production" },
    variables: { AWS_ENDPOINT_URL_SQS: queue.url },
  });
  await world.crash("0.3");
  cdpIds = (await world.overLine()).slice(0, CDPS);
  await world.setFaults({ submitLossRate: 0.5, commitDelayMs: 800 });
  for (const cdpId of cdpIds) {
    const body = JSON.stringify(await world.candidate(cdpId));
    for (const group of [cdpId, cdpId]) queue.send(body, group);
  }
  await Promise.all([world.startLiquidator("one"), world.startLiquidator("other")]);
  await until(async () => queue.isEmpty(), { withinMs: 200_000 });
  evidence = await world.evidence(cdpIds);
}, 400_000);

afterAll(async () => {
  await world.stop();
  await queue.close();
});

test("the queue gave several messages of a CDP in one receive, and each of them three times and more", () => {
  expect(queue.crowdedReceives()).toBeGreaterThan(0);
  expect(queue.deliveries()).toHaveLength(2 * CDPS);
  expect(Math.min(...queue.deliveries())).toBeGreaterThanOrEqual(DELIVERIES);
});

describe("two liquidators at a queue that tells everything thrice, several messages of a CDP in one receive", () => {
  test("bring every CDP to its end once", () => {
    const faults = cdpIds.map((cdpId) => [cdpId, ...faultsOfCdp(cdpId, evidence)]);
    expect(faults.filter((found) => found.length > 1)).toEqual([]);
  });

  test("commit nothing twice, the books add up, and no message is set aside", () => {
    expect(faultsOfBooks({ ...evidence, parked: queue.parked() })).toEqual([]);
  });
});
