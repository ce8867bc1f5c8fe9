import { expect, test } from "vitest";
import { parseFlags } from "./flags.ts";

const HINT = "\nRun `npm start -- --help` to see every flag.";

test("without flags the book of today is run on the simulator", () => {
  expect(parseFlags([])).toEqual({
    kind: "run",
    options: {
      cdps: 1138,
      seed: 1,
      crash: "0.25",
      indexers: 2,
      liquidators: 2,
      maxRounds: 10,
      reportFile: null,
      keep: false,
      network: "simulator",
      dryRun: false,
    },
  });
});

test("every flag is taken", () => {
  const args =
    "--cdps 20000 --seed 7 --crash .4 --indexers 3 --liquidators 4 --rounds 5 --report r.json --keep --network stokenet --dry-run";
  expect(parseFlags(args.split(" "))).toEqual({
    kind: "run",
    options: {
      cdps: 20000,
      seed: 7,
      crash: "0.4",
      indexers: 3,
      liquidators: 4,
      maxRounds: 5,
      reportFile: "r.json",
      keep: true,
      network: "stokenet",
      dryRun: true,
    },
  });
});

test("--help asks for help whatever else is wrong", () => {
  expect(parseFlags(["--cdps", "many", "--help"])).toEqual({ kind: "help" });
});

test.each([
  [["--cdp", "5"], "there is no flag --cdp"],
  [["5"], '"5" is not a flag, and nothing else is expected'],
  [["--cdps"], "Option '--cdps <value>' argument missing"],
  [["--keep=yes"], "Option '--keep' does not take an argument"],
  [["--cdps", "0"], '--cdps must be a whole number from 1 to 1000000, not "0"'],
  [["--cdps", "1e3"], '--cdps must be a whole number from 1 to 1000000, not "1e3"'],
  [["--liquidators", "33"], '--liquidators must be a whole number from 1 to 32, not "33"'],
  [["--crash", "1"], '--crash must be a fraction above 0 and under 1 such as 0.25, not "1"'],
  [["--crash", "0.0"], '--crash must be a fraction above 0 and under 1 such as 0.25, not "0.0"'],
  [["--report", ""], "--report needs the name of a file"],
  [["--network", "kind"], '--network must be one of simulator, mainnet, stokenet, not "kind"'],
  [
    ["--network", "mainnet"],
    "--network mainnet runs only as a rehearsal that signs nothing: add --dry-run",
  ],
])("%j is refused with what to do", (args, message) => {
  expect(parseFlags(args)).toEqual({ kind: "fault", message: `${message}${HINT}` });
});

test("all wrong values are named at once", () => {
  expect(parseFlags(["--seed", "x", "--rounds", "0"])).toEqual({
    kind: "fault",
    message: `--seed must be a whole number from 0 to 4294967295, not "x"\n--rounds must be a whole number from 1 to 1000, not "0"${HINT}`,
  });
});
