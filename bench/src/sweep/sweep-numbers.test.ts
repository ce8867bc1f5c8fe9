import { expect, test } from "vitest";
import {
  countersBetween,
  type SweepCounters,
  type SweptOnce,
  sweepNumbers,
} from "./sweep-numbers.ts";

const COUNTED: SweepCounters = {
  ...{ reads: 1_051, previews: 90, heads: 20, confirmed: 250, limitCuts: 0, requestSeconds: 116.1 },
  ...{ indexerCpuMs: 8_000, simulatorCpuMs: 2_000, awsCpuMs: 2_500 },
};
const verdicts = { unverified: 0 } as SweptOnce["summaries"][number]["verdicts"];
const swept = (wallMs: number, counted: Partial<SweepCounters> = {}): SweptOnce => ({
  counted: { ...COUNTED, ...counted },
  wallMs,
  summaries: [
    { scanned: 60_000, verdicts },
    { scanned: 40_000, verdicts: { ...verdicts, unverified: 3 } },
  ],
});
const floor = (floorCpuMs: number) => ({ floorCpuMs, floorWallMs: 7_000, floorBytes: 278 });

test("each sweep is compared with the floors around it, and the median counts", () => {
  const sweeps = [
    swept(9_000, { indexerCpuMs: 8_000 }),
    swept(9_900, { indexerCpuMs: 12_000 }),
    swept(9_200, { indexerCpuMs: 9_000 }),
  ];
  const floors = [floor(4_000), floor(4_000), floor(6_000), floor(6_000)];
  expect(sweepNumbers(sweeps, floors)).toMatchObject({
    cpuRatios: "2.00 2.40 1.50",
    cpuRatio: 2,
    indexerCpuMs: 9_000,
    floorCpuMs: 5_000,
    wallsMs: "9000 9900 9200",
    wallMs: 9_200,
    cdpsPerSecond: 10_870,
  });
});

test("requests are those of the sweep that asked most", () => {
  const sweeps = [
    swept(9_000, { reads: 1_051, previews: 100, heads: 20 }),
    swept(9_000, { reads: 1_061, previews: 95, heads: 21 }),
    swept(9_000, { reads: 1_061, previews: 90, heads: 25 }),
  ];
  const floors = [floor(4_000), floor(4_000), floor(4_000), floor(4_000)];
  expect(sweepNumbers(sweeps, floors)).toMatchObject({
    ...{ reads: 1_061, previews: 95, heads: 21 },
    ...{ scanned: 100_000, unverified: 3 },
  });
});

test("one sweep has a mean latency over all of its requests", () => {
  expect(sweepNumbers([swept(9_000)], [floor(4_000), floor(4_000)])).toMatchObject({
    meanLatencyMs: 100,
  });
});

test("a sweep counts what came after it began", () => {
  const doubled = Object.fromEntries(
    Object.entries(COUNTED).map(([name, count]) => [name, 2 * count]),
  ) as unknown as SweepCounters;
  expect(countersBetween(COUNTED, doubled)).toEqual(COUNTED);
});
