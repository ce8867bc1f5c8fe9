import { expect, it } from "vitest";
import { shareReads } from "./share-reads.ts";

/** Reads and rests that end when the test says so; reads are numbered by when they began. */
function setUp() {
  const ends: ((failure?: Error) => void)[] = [];
  const rests: { readonly ms: number; readonly end: () => void }[] = [];
  const clock = { nowMs: 1_000 };
  const shared = shareReads({
    read: () => {
      const number = ends.length + 1;
      return new Promise<number>((resolve, reject) => {
        ends.push((failure) => (failure === undefined ? resolve(number) : reject(failure)));
      });
    },
    nowMs: () => clock.nowMs,
    sleep: (ms) => new Promise((end) => rests.push({ ms, end })),
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { shared, ends, rests, clock, turn };
}

it("begins at once when none is under way and the last has been over for a while", async () => {
  const { shared, ends, rests, turn } = setUp();
  const first = shared();
  await turn();
  ends[0]?.();
  expect(await first).toBe(1);
  rests[0]?.end();
  await turn();
  const second = shared();
  await turn();
  ends[1]?.();
  expect(await second).toBe(2);
});

it("gives all who ask during a read and the rest after it the one that begins then, and not the one under way", async () => {
  const { shared, ends, rests, turn } = setUp();
  const first = shared();
  await turn();
  const late = [shared(), shared()];
  ends[0]?.();
  expect(await first).toBe(1);
  await turn();
  late.push(shared());
  expect(ends).toHaveLength(1);
  rests[0]?.end();
  await turn();
  expect(ends).toHaveLength(2);
  const later = shared();
  ends[1]?.();
  expect(await Promise.all(late)).toEqual([2, 2, 2]);
  await turn();
  rests[1]?.end();
  await turn();
  ends[2]?.();
  expect(await later).toBe(3);
});

it.each([
  [0, 0],
  [20, 60],
  [100, 300],
  [5_000, 300],
])("rests after a read of %i ms for %i ms", async (readMs, restMs) => {
  const { shared, ends, rests, clock, turn } = setUp();
  const reading = shared();
  await turn();
  clock.nowMs += readMs;
  ends[0]?.();
  await reading;
  expect(rests.map(({ ms }) => ms)).toEqual([restMs]);
});

it("a read that fails fails those who wait for it, and not those of the next", async () => {
  const { shared, ends, rests, turn } = setUp();
  const first = shared();
  const failed = expect(first).rejects.toThrow("the table is away");
  await turn();
  const second = shared();
  ends[0]?.(new Error("the table is away"));
  await failed;
  await turn();
  rests[0]?.end();
  await turn();
  ends[1]?.();
  expect(await second).toBe(2);
});
