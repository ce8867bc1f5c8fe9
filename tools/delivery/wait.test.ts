import { expect, test } from "vitest";
import { type Patience, waitUntilNone } from "./wait.ts";

/** Time passes by sleeping only. */
function patience(patienceMs: number) {
  let nowMs = 0;
  const printed: string[] = [];
  const options: Patience = {
    ...{ patienceMs, pollMs: 10, nowMs: () => nowMs },
    print: (line) => printed.push(line),
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
  return { options, printed, now: () => nowMs };
}

test("it looks until nothing is missing, and says what is, once", async () => {
  const answers = [["a", "b"], ["a", "b"], ["b"], []];
  const { options, printed, now } = patience(1_000);
  await waitUntilNone(async () => answers.shift() ?? ["looked too often"], options);
  expect(printed).toEqual(["a; b", "b"]);
  expect(now()).toBe(30);
});

test("what cannot be looked at now may be there next time", async () => {
  let looks = 0;
  const { options, printed } = patience(1_000);
  await waitUntilNone(async () => {
    looks += 1;
    if (looks === 1) throw new Error("metrics: 503");
    return [];
  }, options);
  expect(printed).toEqual(["metrics: 503"]);
});

test("when patience ends it fails with what is missing", async () => {
  const { options, now } = patience(120_000);
  await expect(waitUntilNone(async () => ["a"], options)).rejects.toThrow(
    "after 2 minutes still: a",
  );
  expect(now()).toBe(120_000);
});
