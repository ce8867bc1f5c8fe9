import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STEPS, type Step } from "../../apps/liquidator/src/steps.ts";
import { type Evidence, faultsOfBooks, faultsOfCdp } from "./kills/faults-of.ts";
import { type KillWorld, startKillWorld } from "./kills/kill-world.ts";
import type { Place } from "./kills/pause-points.ts";
import { until } from "./until.ts";

/** No ordinary attempt comes to them. */
const OUT_OF_THE_ORDINARY: ReadonlySet<Step> = new Set(["read_head", "resubmit"]);
const PLACES = STEPS.filter((step) => !OUT_OF_THE_ORDINARY.has(step)).flatMap((step) => [
  { side: "before", step } as const,
  { side: "after", step } as const,
]);

let world: KillWorld;
let evidence: Evidence;
let places: readonly Place[];
let exitCode: number | null;

/**
 * One liquidator stands still at every step, as a frozen node or a long pause of the machine has it: it neither extends
 * its messages nor renews its leases, another does all its work, and then it goes on as though nothing had been.
 */
beforeAll(async () => {
  world = await startKillWorld({ cdps: 600, bundle: "pausing" });
  await world.crash("0.3");
  const ids = await world.overLine();
  places = PLACES.map((place, index) => ({ ...place, cdpId: ids[index] ?? "none is left" }));
  await Promise.all(places.map(({ cdpId }) => world.queue(cdpId)));
  const atAll = world.pauses.hold("sleeper", places);
  const sleeper = await world.startLiquidator("sleeper");
  await atAll;
  process.kill(sleeper.pid ?? 0, "SIGSTOP");

  await world.startLiquidator("awake");
  await world.untilAnswered();
  process.kill(sleeper.pid ?? 0, "SIGCONT");
  world.pauses.letGo();
  await until(async () => (await sleeper.heldMessages()) === 0, { withinMs: 200_000 });
  exitCode = (await sleeper.stop(10_000)).code;
  evidence = await world.evidence(places.map(({ cdpId }) => cdpId));
}, 400_000);

afterAll(() => world.stop());

describe("a liquidator that stands still for longer than its leases, and goes on when another is done", () => {
  test.each(PLACES)("$side $step changes nothing any more", ({ side, step }) => {
    const at = places.find((place) => place.side === side && place.step === step);
    expect(faultsOfCdp(at?.cdpId ?? "", evidence)).toEqual([]);
  });

  test("commits nothing twice, and the books add up", () => {
    expect(faultsOfBooks(evidence)).toEqual([]);
  });

  test("ends with 0 when it is told to", () => {
    expect(exitCode).toBe(0);
  });
});
