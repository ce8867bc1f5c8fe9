import type { TreasuryBooks } from "@weft/store";
import { expect, it } from "vitest";
import { createRecentBooks } from "./recent-books.ts";

function setUp(fail = false) {
  let reads = 0;
  const time = { nowMs: 1_000 };
  const recent = createRecentBooks({
    read: () => {
      reads += 1;
      if (fail && reads === 1) return Promise.reject(new Error("the table is away"));
      return Promise.resolve({ settledVersion: BigInt(reads) } as TreasuryBooks);
    },
    maxAgeMs: 300,
    nowMs: () => time.nowMs,
  });
  return { recent, time };
}

it("gives all who ask at once the same read", async () => {
  const { recent } = setUp();
  const all = await Promise.all([recent(), recent(), recent()]);
  expect(all.map(({ settledVersion }) => settledVersion)).toEqual([1n, 1n, 1n]);
});

it.each([
  [300, 1n],
  [301, 2n],
])("after %s ms gives read %s", async (ms, read) => {
  const { recent, time } = setUp();
  await recent();
  time.nowMs += ms;
  expect((await recent()).settledVersion).toBe(read);
});

it("remembers no failure", async () => {
  const { recent } = setUp(true);
  await expect(recent()).rejects.toThrow("the table is away");
  expect((await recent()).settledVersion).toBe(2n);
});
