import { expect, test } from "vitest";
import type { Pool } from "./manifests.ts";
import { cheapestNodes, nodesNeeded } from "./pack-nodes.ts";
import { instanceNamed } from "./prices.ts";

const pool: Pool = {
  ...{ name: "baseline", spot: false, categories: ["c", "m", "r"], cpus: [2, 4, 8] },
  ...{ generationAbove: 5, diskGb: 24 },
};
const pods = (count: number, millicores: number, mebibytes: number) =>
  Array.from({ length: count }, () => ({ millicores, mebibytes }));

test.each([
  [0, 500, 512, 0],
  [3, 500, 512, 1],
  // 1,780 millicores are left of two CPUs.
  [4, 500, 512, 2],
  [1, 1_780, 512, 1],
  // 3,135 MiB of four GiB.
  [1, 100, 3_135, 1],
  [2, 100, 1_568, 2],
])("%i pods of %im and %i MiB need %i c6a.large", (count, cpu, memory, nodes) => {
  expect(nodesNeeded(pods(count, cpu, memory), instanceNamed("c6a.large"))).toBe(nodes);
});

test("a pod that fits on no node of a size rules the size out", () => {
  expect(nodesNeeded(pods(1, 1_781, 512), instanceNamed("c6a.large"))).toBeUndefined();
  expect(cheapestNodes(pods(1, 1_781, 512), pool, "eu-west-1")).toMatchObject({
    ...{ type: "c6a.xlarge", count: 1 },
  });
});

test("much memory is cheapest where there is much of it", () => {
  expect(cheapestNodes(pods(4, 100, 3_500), pool, "eu-west-1")).toMatchObject({
    ...{ type: "r6i.large", count: 1 },
  });
});

test("a pool takes only sizes that it allows", () => {
  const large = { ...pool, cpus: [8], categories: ["m"] };
  expect(cheapestNodes(pods(1, 100, 128), large, "us-east-1")).toMatchObject({
    ...{ type: "m6a.2xlarge", count: 1 },
  });
  expect(() => cheapestNodes(pods(1, 100, 128), { ...pool, cpus: [64] }, "us-east-1")).toThrow(
    "pool baseline: no priced size holds its largest pod",
  );
});
