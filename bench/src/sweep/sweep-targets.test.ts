import { expect, test } from "vitest";
import { type SweepNumbers, sweepTargets } from "./sweep-targets.ts";

const DESIGN: SweepNumbers = {
  ...{ cdps: 100_000, latencyMs: 100, indexers: 4, wallMs: 10_000, reads: 1_060 },
  ...{ previews: 236, heads: 35, confirmed: 1_000, cpuRatio: 2, peakRssMb: 384 },
};
const limits = (numbers: Partial<SweepNumbers>) =>
  Object.fromEntries(
    sweepTargets({ ...DESIGN, ...numbers }).map(({ name, limit }) => [name, limit]),
  );

test("a sweep of the design's size has the design's numbers", () => {
  expect(sweepTargets(DESIGN).map(({ name, limit, met }) => [name, limit, met])).toEqual([
    ["wallMs", 10_000, true],
    ["reads", 1_060, true],
    ["previews", 236, true],
    ["heads", 35, true],
    ["cpuRatio", 2, true],
    ["peakRssMb", 384, true],
  ]);
});

test("one too many of anything is a miss", () => {
  const over = {
    wallMs: 10_001,
    reads: 1_061,
    previews: 237,
    heads: 36,
    cpuRatio: 2.01,
    peakRssMb: 385,
  };
  expect(sweepTargets({ ...DESIGN, ...over }).map(({ met }) => met)).toEqual([
    ...[false, false, false, false, false, false],
  ]);
});

test("a larger book or a slower Gateway may take longer, in proportion; nothing else moves", () => {
  expect(limits({ cdps: 1_000_000 })).toMatchObject({ wallMs: 100_000, reads: 10_060 });
  expect(limits({ latencyMs: 200 })).toMatchObject({ wallMs: 20_000, reads: 1_060 });
  expect(limits({ latencyMs: 10, cdps: 20_000 })).toMatchObject({ wallMs: 10_000, cpuRatio: 2 });
  expect(limits({ cdps: 1_000_000 })).toMatchObject({ cpuRatio: 2, peakRssMb: 384 });
});

test("the CPU of a small book is not compared: the start of a run outweighs it", () => {
  expect(limits({ cdps: 19_999 })).not.toHaveProperty("cpuRatio");
});
