import type { LedgerHead } from "@weft/ledger";
import { AppError } from "@weft/runtime";
import type { FleetState } from "@weft/store";
import { describe, expect, it } from "vitest";
import { createFleetWatch } from "./fleet-watch.ts";

const { signal } = new AbortController();
const OPEN: FleetState = { pause: null, holdUntilEpoch: 100 };

/** A switch in memory, at an epoch, on a clock that moves by hand. */
function setUp(start: { state?: FleetState; epoch?: number } = {}) {
  const world = {
    state: start.state ?? OPEN,
    epoch: start.epoch ?? 100,
    nowMs: 0,
    broken: false,
    headBroken: false,
    reads: 0,
    headReads: 0,
  };
  const watch = createFleetWatch({
    read: async () => {
      world.reads += 1;
      if (world.broken) {
        throw new AppError("state_table_failed", "no answer", { disposition: "retry" });
      }
      return world.state;
    },
    holdFire: async ({ untilEpoch }) => {
      const held = { ...world.state, holdUntilEpoch: untilEpoch };
      world.state = held;
      return held;
    },
    readFreshHead: async () => {
      world.headReads += 1;
      if (world.headBroken) {
        throw new AppError("stale_head", "old", { disposition: "retry" });
      }
      return { epoch: world.epoch } as LedgerHead;
    },
    holdFireEpochs: 2,
    nowMs: () => world.nowMs,
  });
  const because = async () => {
    const permission = await watch.mayReceive(signal);
    return permission.kind === "granted" ? "granted" : permission.because;
  };
  const armedAt = (epoch: number) =>
    watch.refuseUnlessArmed(epoch, signal).then(
      () => "armed",
      (error: AppError) => error.code,
    );
  return { world, because, armedAt };
}

describe("the fleet watch", () => {
  it("lets receive and sign once the head has reached the epoch until which fire is held", async () => {
    const { because, armedAt } = setUp();
    expect(await because()).toBe("granted");
    expect(await armedAt(100)).toBe("armed");
  });

  it("signs nothing that was decided one epoch earlier, though receiving is open", async () => {
    const { because, armedAt } = setUp();
    expect(await because()).toBe("granted");
    expect(await armedAt(99)).toBe("holding_fire");
  });

  it("speaks for a table that is new or restored: all windows that are open, and one epoch for a head that lags", async () => {
    const { world, because, armedAt } = setUp({ state: { pause: null, holdUntilEpoch: null } });
    expect(await because()).toBe("holding_fire");
    expect(world.state.holdUntilEpoch).toBe(103);
    expect(await armedAt(102)).toBe("holding_fire");
    world.epoch = 103;
    world.nowMs = 5_000;
    expect(await because()).toBe("granted");
    expect(await armedAt(103)).toBe("armed");
  });

  it("says nothing for a table by a head that is too old, and holds fire", async () => {
    const { world, because, armedAt } = setUp({ state: { pause: null, holdUntilEpoch: null } });
    world.headBroken = true;
    expect(await because()).toBe("holding_fire");
    expect(await armedAt(1_000_000)).toBe("holding_fire");
    expect(world.state.holdUntilEpoch).toBe(null);
  });

  it("notices within two seconds that the table was restored under it", async () => {
    const { world, because, armedAt } = setUp();
    expect(await because()).toBe("granted");
    world.state = { pause: null, holdUntilEpoch: null };
    world.nowMs = 2_001;
    expect(await armedAt(102)).toBe("holding_fire");
    expect(await because()).toBe("holding_fire");
  });

  it("obeys a pause within two seconds, and its end", async () => {
    const { world, because, armedAt } = setUp();
    expect(await because()).toBe("granted");
    world.state = { ...OPEN, pause: { reason: "drill", sinceMs: 1 } };
    world.nowMs = 2_000;
    expect(await armedAt(100)).toBe("armed");
    world.nowMs = 2_001;
    expect(await armedAt(100)).toBe("paused");
    expect(await because()).toBe("paused");
    world.state = OPEN;
    world.nowMs = 4_002;
    expect(await because()).toBe("granted");
  });

  it("refuses what it cannot read, and asks again at once", async () => {
    const { world, because, armedAt } = setUp();
    world.broken = true;
    expect(await because()).toBe("fleet_switch_unreadable");
    expect(await armedAt(100)).toBe("fleet_switch_unreadable");
    world.broken = false;
    expect(await because()).toBe("granted");
  });

  it("an answer that has grown old is no permission once the switch cannot be read", async () => {
    const { world, armedAt } = setUp();
    expect(await armedAt(100)).toBe("armed");
    world.broken = true;
    world.nowMs = 2_001;
    expect(await armedAt(100)).toBe("fleet_switch_unreadable");
  });

  it("asks once for everybody", async () => {
    const { world, armedAt } = setUp();
    await Promise.all(Array.from({ length: 50 }, () => armedAt(100)));
    world.nowMs = 1_999;
    await armedAt(100);
    expect(world.reads).toBe(1);
  });

  it("looks at the head every five seconds while fire is held, and no more after", async () => {
    const { world, because } = setUp({ epoch: 99 });
    for (world.nowMs = 0; world.nowMs <= 10_000; world.nowMs += 1_000) await because();
    expect(world.headReads).toBe(3);
    world.epoch = 100;
    world.nowMs = 15_000;
    expect(await because()).toBe("granted");
    world.nowMs = 60_000;
    expect(await because()).toBe("granted");
    expect(world.headReads).toBe(4);
  });
});
