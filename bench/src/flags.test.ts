import { expect, test } from "vitest";
import { parseFlags } from "./flags.ts";

const WHOLES = {
  cdps: { fallback: 1_000, min: 100, max: 5_000 },
  "latency-ms": { fallback: 100, min: 0, max: 10_000 },
};

test("what is not given has its default, and no report is written", () => {
  expect(parseFlags([], WHOLES)).toEqual({
    kind: "run",
    numbers: { cdps: 1_000, "latency-ms": 100 },
    switches: {},
    reportFile: null,
  });
});

test("what is given counts, the least and the greatest value too", () => {
  expect(parseFlags(["--cdps", "5000", "--latency-ms", "0", "--report", "r.json"], WHOLES)).toEqual(
    {
      kind: "run",
      numbers: { cdps: 5_000, "latency-ms": 0 },
      switches: {},
      reportFile: "r.json",
    },
  );
});

test("a switch is off unless it is given, and takes nothing", () => {
  const switchesOf = (args: readonly string[]) => {
    const flags = parseFlags(args, WHOLES, ["cold"]);
    return flags.kind === "run" ? flags.switches : flags.message;
  };
  expect(switchesOf([])).toEqual({ cold: false });
  expect(switchesOf(["--cold"])).toEqual({ cold: true });
  expect(switchesOf(["--cold=1"])).toContain("'--cold' does not take an argument");
});

test.each([
  [["--cdps", "99"], '--cdps must be a whole number from 100 to 5000, not "99"'],
  [["--cdps", "5001"], '--cdps must be a whole number from 100 to 5000, not "5001"'],
  [["--cdps", "1e3"], '--cdps must be a whole number from 100 to 5000, not "1e3"'],
  [["--report", ""], "--report needs the name of a file"],
  [["--speed", "9"], "Unknown option '--speed'"],
  [["9"], "Unexpected argument '9'"],
])("%j is refused", (args, message) => {
  const flags = parseFlags(args, WHOLES);
  expect(flags.kind === "fault" && flags.message).toContain(message);
});

test("every wrong value is named, and what flags there are", () => {
  const two = parseFlags(["--cdps", "x", "--latency-ms", "x"], WHOLES);
  expect(two.kind === "fault" && two.message.split("\n")).toHaveLength(2);
  const unknown = parseFlags(["--speed", "9"], WHOLES);
  expect(unknown).toMatchObject({
    message: expect.stringContaining("--cdps, --latency-ms, --report"),
  });
});
