import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STEPS, type Step } from "../../apps/liquidator/src/steps.ts";
import { type Evidence, faultsOfBooks, faultsOfCdp } from "./kills/faults-of.ts";
import { type KillWorld, sigkill, startKillWorld } from "./kills/kill-world.ts";
import { PAUSE_VARIABLE, type Place } from "./kills/pause-points.ts";

const CALM = new AbortController().signal;
const SIDES = ["before", "after"] as const;

/** Every step from lease to deleted message, as the wiring names them. */
const FIRST = STEPS.flatMap((step) => SIDES.map((side) => ({ side, step })));
/** What only an attempt comes to that expired unseen: signed by one that died before, and never submitted. */
const OF_EXPIRY: ReadonlySet<Step> = new Set(["read_head"]);
/** And what only one comes to whose Gateway does not know it: the same bytes are sent again. */
const OF_FORGETTING: ReadonlySet<Step> = new Set(["resubmit"]);
/** Beyond every window of validity. */
const FOUR_EPOCHS_SECONDS = 4 * 300;
/** Whoever takes a message up comes to these, wherever the one before it died. */
const SECOND = (
  ["acquire_lease", "confirm_lease", "put_outcome", "record_final", "release_lease"] as const
).flatMap((step) => SIDES.map((side) => ({ side, step })));

interface KilledTwice {
  readonly first: Place;
  readonly second: Place;
}

let world: KillWorld;
let evidence: Evidence;
let once: readonly Place[];
let twice: readonly KilledTwice[];

/** Each case has a CDP of its own, so that one process can stand at all of them when it is killed. */
function assignCdps(ids: readonly string[]): void {
  const next = ids.values();
  const place = (where: Omit<Place, "cdpId">, cdpId = next.next().value): Place => {
    if (cdpId === undefined) throw new Error("too few CDPs over the line");
    return { ...where, cdpId };
  };
  once = FIRST.map((where) => place(where));
  // Deleted is gone: nobody takes such a message up again.
  const comesAgain = FIRST.filter(
    ({ side, step }) => step !== "answer_message" || side === "before",
  );
  twice = comesAgain.map((where, index) => {
    const first = place(where);
    const again = SECOND[index % SECOND.length] ?? where;
    return { first, second: place(again, first.cdpId) };
  });
}

function split(places: readonly Place[], steps: ReadonlySet<Step>): [Place[], Place[]] {
  const { of = [], others = [] } = Object.groupBy(places, ({ step }) =>
    steps.has(step) ? "of" : "others",
  );
  return [of, others];
}

/** Leaves attempts that are signed, known to nobody but the table, and over. */
async function letExpire(cdpIds: readonly string[]): Promise<void> {
  await Promise.all(cdpIds.map((cdpId) => world.queue(cdpId)));
  const places = cdpIds.map((cdpId) => ({ side: "before", step: "submit", cdpId }) as const);
  const atSubmit = world.pauses.hold("before", places);
  const victim = await world.startLiquidator("before");
  await atSubmit;
  await sigkill(victim);
  await world.control.advance(FOUR_EPOCHS_SECONDS, CALM);
}

beforeAll(async () => {
  world = await startKillWorld({ cdps: 1_200, bundle: "pausing" });
  await world.crash("0.3");
  assignCdps(await world.overLine());
  const firsts = [...once, ...twice.map(({ first }) => first)];
  const [expiring, others] = split(firsts, OF_EXPIRY);
  await letExpire(expiring.map(({ cdpId }) => cdpId));
  await Promise.all(others.map(({ cdpId }) => world.queue(cdpId)));
  const [resubmits, rest] = split(firsts, OF_FORGETTING);
  await world.setFaults({ intentsForgotten: true });
  const [atResubmit, atRest] = [resubmits, rest].map((some) => world.pauses.hold("first", some));
  const victim = await world.startLiquidator("first");
  await atResubmit;
  await world.setFaults({ intentsForgotten: null });
  await atRest;
  await sigkill(victim);

  const atSecond = world.pauses.hold(
    "second",
    twice.map(({ second }) => second),
  );
  const survivor = await world.startLiquidator("second");
  await atSecond;
  await sigkill(survivor);

  await world.startLiquidator("third");
  await world.untilAnswered();
  evidence = await world.evidence(firsts.map(({ cdpId }) => cdpId));
}, 400_000);

afterAll(() => world.stop());

test("the bundle that the images run has no pause points", async () => {
  const images = ["dispatcher", "indexer", "liquidator"].map((app) => `build/${app}/main.mjs`);
  const bundles = await Promise.all(
    [world.bundle, ...images].map((path) => readFile(path, "utf8")),
  );
  expect(bundles.map((code) => code.includes(PAUSE_VARIABLE))).toEqual([true, false, false, false]);
});

describe("a liquidator that is killed", () => {
  test.each(FIRST)("$side $step leaves nothing that another does not finish", (where) => {
    const at = once.find(({ side, step }) => side === where.side && step === where.step);
    expect(faultsOfCdp(at?.cdpId ?? "", evidence)).toEqual([]);
  });

  test("an attempt that expired unseen ends as rejected, and the next one commits", () => {
    const endings = once
      .filter(({ step }) => OF_EXPIRY.has(step))
      .map(({ cdpId }) => evidence.outcomes.filter((outcome) => outcome.cdpId === cdpId))
      .map((own) => own.slice(0, 2).map(({ ending }) => ending));
    expect(endings).toEqual(Array(2).fill(["rejected", "liquidated"]));
  });

  test("twice over the same message leaves nothing either", () => {
    const faults = twice.flatMap(({ first }) => faultsOfCdp(first.cdpId, evidence));
    expect(faults).toEqual([]);
  });

  test("commits nothing twice, and its books add up", () => {
    expect(faultsOfBooks(evidence)).toEqual([]);
  });
});
