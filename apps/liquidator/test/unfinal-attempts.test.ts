import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  diesAt,
  type LiquidatorWorld,
  messageOf,
  startLiquidatorWorld,
} from "./liquidator-world.ts";

const { signal } = new AbortController();
const HOUR_SECONDS = 3_600;
/** Two windows of validity. */
const EPOCHS_SECONDS = 4 * 300;

let world: LiquidatorWorld;
let cdpId: string;

beforeEach(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  world = await startLiquidatorWorld();
  [cdpId = ""] = world.overLine();
});

afterEach(() => world.stop());

/** A worker takes the candidate and dies at that moment; its lease runs out. */
async function leaveBehind(moment: string): Promise<void> {
  await world
    .liquidator("dead", diesAt(moment))
    .handle(messageOf(world.candidate(cdpId)), signal)
    .catch(() => undefined);
  await world.expireLease(cdpId);
}

const endings = async () => (await world.outcomes(cdpId)).map(({ ending }) => ending);

/** What must hold whatever happened: each intent once, never two together, nothing left open. */
async function expectOneCommit(): Promise<void> {
  const { commits, unfinalTogether, liquidations, imbalances } = world.ledger.audit();
  expect(commits).toEqual({ success: 1, failure: 0 });
  expect(liquidations.map((one) => one.cdpId)).toEqual([cdpId]);
  expect(unfinalTogether).toEqual([]);
  expect(imbalances).toEqual([]);
  expect(await world.unfinal()).toEqual([]);
  expect(await world.held()).toEqual([]);
}

describe("an attempt whose worker is gone is brought to its end without a message", () => {
  test.each([
    ["after recordSigned", "nobody ever submitted it: the same bytes are sent"],
    ["before submit", "the same"],
    ["after submit", "the answer was lost"],
    ["after recordSubmitted", "nobody waited for its end"],
    ["before putJson", "its end was known to nobody else"],
    ["after putJson", "its outcome is written again, the same"],
    ["after recordFinal", "only its message was left"],
  ])("killed %s: %s", async (moment) => {
    await leaveBehind(moment);
    const survivor = world.liquidator("survivor");
    // What is unknown is sent in the first round; the second sees what became of it.
    await survivor.reconcile(signal);
    await survivor.reconcile(signal);
    await expectOneCommit();
    expect(await endings()).toEqual(["liquidated"]);
    const [outcome] = await world.outcomes(cdpId);
    const [committed] = world.ledger.audit().liquidations;
    expect(outcome?.paid).toEqual(committed?.paid);
  });

  test("the message that comes again later goes on where it stands, and ends nothing twice", async () => {
    await leaveBehind("after putJson");
    const survivor = world.liquidator("survivor");
    await survivor.reconcile(signal);
    expect(await survivor.handle(messageOf(world.candidate(cdpId)), signal)).toBe("done");
    const { commits, unfinalTogether } = world.ledger.audit();
    expect(unfinalTogether).toEqual([]);
    const liquidated = (await endings()).filter((ending) => ending === "liquidated");
    expect(liquidated).toHaveLength(commits.success);
  });
});

test("one that signs nothing any more still settles what was signed before, and its fee counts", async () => {
  await leaveBehind("after submit");
  expect(await world.held()).toEqual([cdpId]);
  await world.liquidator("dry", () => ({ treasurer: null })).reconcile(signal);
  await expectOneCommit();
  expect((await world.feesXrd()) > 0n).toBe(true);
});

test("two that reconcile the same attempt at the same time end it once", async () => {
  await leaveBehind("before submit");
  const both = [world.liquidator("a"), world.liquidator("b")];
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(both.map((one) => one.reconcile(signal)));
  }
  await expectOneCommit();
  expect(await endings()).toEqual(["liquidated"]);
});

test("one that reconciles and one with the message do not meet", async () => {
  await leaveBehind("after submit");
  const message = messageOf(world.candidate(cdpId));
  const [answer] = await Promise.all([
    world.liquidator("a").handle(message, signal),
    world.liquidator("b").reconcile(signal),
  ]);
  expect(["done", "retry"]).toContain(answer);
  expect(world.ledger.audit().unfinalTogether).toEqual([]);
  await world.liquidator("c").reconcile(signal);
  expect(await world.unfinal()).toEqual([]);
});

test("an intent that expires unseen ends as rejected, spends nothing, and makes room for the next", async () => {
  await leaveBehind("before submit");
  world.ledger.advance(EPOCHS_SECONDS);
  await world.liquidator("survivor").reconcile(signal);
  expect(await endings()).toEqual(["rejected"]);
  expect(world.ledger.audit().commits).toEqual({ success: 0, failure: 0 });
  const [outcome] = await world.outcomes(cdpId);
  expect(outcome?.detail).toMatch(/^not on ledger when epoch \d+ came$/);
  expect(await world.held()).toEqual([]);
  // An expiry is no failure of the CDP's own.
  expect(await world.liquidator("next").handle(messageOf(world.candidate(cdpId)), signal)).toBe(
    "done",
  );
  expect((await endings()).slice(0, 2)).toEqual(["rejected", "liquidated"]);
});

test("a status from a replica that lags proves nothing: neither an end nor an expiry", async () => {
  await leaveBehind("before submit");
  world.ledger.advance(EPOCHS_SECONDS);
  await world.setFaults({ laggingVersions: EPOCHS_SECONDS + 10 });
  const survivor = world.liquidator("survivor");
  await survivor.reconcile(signal);
  expect(await world.unfinal()).toEqual([cdpId]);
  expect(await world.held()).toEqual([cdpId]);
  await world.setFaults({ laggingVersions: null });
  await survivor.reconcile(signal);
  expect(await endings()).toEqual(["rejected"]);
  expect(await world.held()).toEqual([]);
});

test("a commit that a lagging replica does not know yet is waited for", async () => {
  await leaveBehind("after submit");
  world.ledger.head();
  await world.setFaults({ laggingVersions: 100 });
  const survivor = world.liquidator("survivor");
  await survivor.reconcile(signal);
  expect(await world.unfinal()).toEqual([cdpId]);
  await world.setFaults({ laggingVersions: null });
  await survivor.reconcile(signal);
  await expectOneCommit();
});

test("a Gateway that says Unknown for a while gets the same bytes again, and no second intent", async () => {
  await leaveBehind("after submit");
  let unknowns = 3;
  const forgetful = world.liquidator("survivor", ({ gateway }) => ({
    gateway: {
      ...gateway,
      status: async (intentHash, s) => {
        const answer = await gateway.status(intentHash, s);
        if (unknowns === 0) return answer;
        unknowns -= 1;
        return { ...answer, intent_status: "Unknown" };
      },
    },
  }));
  await forgetful.reconcile(signal);
  await forgetful.reconcile(signal);
  await expectOneCommit();
  expect(await endings()).toEqual(["liquidated"]);
});

test("a ledger that stands still for hours needs no message to live that long", async () => {
  await leaveBehind("before submit");
  world.ledger.behaviour.frozen = true;
  const worker = world.liquidator("worker");
  // Its patience ends; the message is done, and the attempt stays.
  expect(await worker.handle(messageOf(world.candidate(cdpId)), signal)).toBe("done");
  for (let hour = 0; hour < 6; hour += 1) {
    world.ledger.advance(HOUR_SECONDS);
    await worker.reconcile(signal);
    expect(await world.unfinal()).toEqual([cdpId]);
  }
  expect(await endings()).toEqual([]);
  world.ledger.behaviour.frozen = false;
  await worker.reconcile(signal);
  await worker.reconcile(signal);
  await expectOneCommit();
  expect(await endings()).toEqual(["liquidated"]);
});
