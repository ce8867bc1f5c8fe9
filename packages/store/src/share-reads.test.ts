import { expect, it } from "vitest";
import { shareReads } from "./share-reads.ts";

/** Reads that end when the test says so, numbered by when they began. */
function setUp() {
  const ends: ((failure?: Error) => void)[] = [];
  const shared = shareReads(() => {
    const number = ends.length + 1;
    return new Promise<number>((resolve, reject) => {
      ends.push((failure) => (failure === undefined ? resolve(number) : reject(failure)));
    });
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { shared, ends, turn };
}

it("begins at once when no read is under way", async () => {
  const { shared, ends } = setUp();
  const first = shared();
  ends[0]?.();
  expect(await first).toBe(1);
  const second = shared();
  ends[1]?.();
  expect(await second).toBe(2);
});

it("gives all who ask during a read the one that begins after it, and not the one under way", async () => {
  const { shared, ends, turn } = setUp();
  const first = shared();
  const late = [shared(), shared(), shared()];
  await turn();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await turn();
  expect(ends).toHaveLength(2);
  const later = shared();
  ends[1]?.();
  expect(await first).toBe(1);
  expect(await Promise.all(late)).toEqual([2, 2, 2]);
  await turn();
  ends[2]?.();
  expect(await later).toBe(3);
});

it("a read that fails fails those who wait for it, and not those of the next", async () => {
  const { shared, ends, turn } = setUp();
  const first = shared();
  const failed = expect(first).rejects.toThrow("the table is away");
  const second = shared();
  ends[0]?.(new Error("the table is away"));
  await failed;
  await turn();
  ends[1]?.();
  expect(await second).toBe(2);
});
