import { expect, test } from "vitest";
import type { LedgerHealth } from "./decode-health.ts";
import { PreviewFailedError } from "./preview-health.ts";
import { valueEach } from "./value-each.ts";

const { signal } = new AbortController();
const health = {} as LedgerHealth;

test("halves find the one that spoils the preview of all, and the others are valued", async () => {
  const asked: string[] = [];
  const valued = await valueEach(
    ["#1#", "#2#", "#3#", "#4#"],
    (ids) => {
      asked.push(ids.join());
      if (ids.includes("#3#")) {
        return Promise.reject(new PreviewFailedError("Failed", "no price"));
      }
      return Promise.resolve(new Map(ids.filter((id) => id !== "#4#").map((id) => [id, health])));
    },
    signal,
  );
  expect(asked).toEqual(["#1#,#2#,#3#,#4#", "#1#,#2#", "#3#,#4#", "#3#", "#4#"]);
  expect([...valued]).toEqual([
    ["#1#", health],
    ["#2#", health],
    ["#3#", { unreadable: "get_cdp failed: no price" }],
    ["#4#", { unreadable: "the ledger did not tell of it" }],
  ]);
});

test("what is nobody's own failure is asked once, and thrown as it came", async () => {
  const down = new Error("gateway down");
  let calls = 0;
  const valuing = valueEach(
    ["#1#", "#2#"],
    () => {
      calls += 1;
      return Promise.reject(down);
    },
    signal,
  );
  await expect(valuing).rejects.toBe(down);
  expect(calls).toBe(1);
});
