import { expect, test } from "vitest";
import { parseFlags } from "./flags.ts";

test.each([
  [[], { cdps: 1_138, seed: 1 }, ["rehearse"]],
  [
    ["--cdps", "40", "--seed", "0", "--limit", "5", "--json"],
    { cdps: 40, seed: 0 },
    ["rehearse", "--limit", "5", "--json"],
  ],
  [["--environment", "stokenet"], null, ["rehearse", "--environment", "stokenet"]],
])("%j rehearses %j", (args, simulated, operatorArgs) => {
  expect(parseFlags(args, false)).toEqual({ kind: "run", simulated, operatorArgs });
});

test("variables of the shell that say whom to ask leave no room for a book of its own", () => {
  expect(parseFlags(["--limit", "5"], true)).toMatchObject({ simulated: null });
  expect(parseFlags(["--cdps", "5"], true)).toMatchObject({ kind: "fault" });
});

test.each([
  [["--cdps", "0"], "--cdps must be a whole number from 1 to 1000000"],
  [["--cdps", "many"], "--cdps must be a whole number from 1 to 1000000"],
  [["--seed", "4294967296"], "--seed must be a whole number from 0 to 4294967295"],
  [["--keep"], "Unknown option '--keep'"],
  [["word"], "Unexpected argument 'word'"],
])("%j is refused", (args, message) => {
  const flags = parseFlags(args, false);
  expect(flags).toMatchObject({ kind: "fault", message: expect.stringContaining(message) });
});
