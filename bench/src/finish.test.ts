import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { finish } from "./finish.ts";
import { atLeast, atMost } from "./targets.ts";

let folder: string;
let written: string;
const write = (text: string) => {
  written += text;
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weft-bench-test-"));
  written = "";
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a report with its targets met ends with 0, and is written as JSON", () => {
  const report = { reads: 12, targets: [atMost("reads", 12, 12), atLeast("rate", 5, 5)] };
  expect(finish(report, { reportFile: "r.json", folder, write })).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, "r.json"), "utf8"))).toEqual({
    reads: 12,
    targets: [
      { name: "reads", measured: 12, bound: "at most", limit: 12, met: true },
      { name: "rate", measured: 5, bound: "at least", limit: 5, met: true },
    ],
  });
  expect(written).toContain("reads: 12\n");
});

test.each([
  [atMost("reads", 13, 12), "MISSED reads: 13, at most 12\n"],
  [atLeast("rate", 4, 5), "MISSED rate: 4, at least 5\n"],
  [atMost("ratio", Number.NaN, 2), "MISSED ratio: NaN, at most 2\n"],
])("a missed target ends with 1 and says so", (missed, line) => {
  const targets = [atMost("other", 1, 2), missed];
  expect(finish({ targets }, { reportFile: null, folder, write })).toBe(1);
  expect(written).toContain(line);
});
