import { describe, expect, it } from "vitest";
import { createSupersededCheck } from "./superseded.ts";

const { signal } = new AbortController();

function createWorld() {
  const world = { nowMs: 0, latest: "20261120T215500Z" as string | undefined, reads: 0 };
  const isSuperseded = createSupersededCheck({
    latestRun: () => {
      world.reads += 1;
      return Promise.resolve(world.latest);
    },
    nowMs: () => world.nowMs,
    maxAgeMs: 5_000,
  });
  return { world, isSuperseded };
}

describe("createSupersededCheck", () => {
  it.each([
    ["20261120T215000Z", true],
    ["20261120T215500Z", false],
    ["20261120T220000Z", false],
  ])("says of %s: %s", async (runId, superseded) => {
    const { isSuperseded } = createWorld();
    expect(await isSuperseded(runId, signal)).toBe(superseded);
  });

  it("asks again after five seconds, not before", async () => {
    const { world, isSuperseded } = createWorld();
    await isSuperseded("20261120T215500Z", signal);
    world.latest = "20261120T220000Z";
    world.nowMs = 4_999;
    expect(await isSuperseded("20261120T215500Z", signal)).toBe(false);
    world.nowMs = 5_000;
    expect(await isSuperseded("20261120T215500Z", signal)).toBe(true);
    expect(world.reads).toBe(2);
  });

  it("still knows what it knew when nobody can tell any more", async () => {
    const { world, isSuperseded } = createWorld();
    await isSuperseded("20261120T215500Z", signal);
    Object.assign(world, { latest: undefined, nowMs: 5_000 });
    expect(await isSuperseded("20261120T215500Z", signal)).toBe(false);
    expect(await isSuperseded("20261120T215000Z", signal)).toBe(true);
  });
});
