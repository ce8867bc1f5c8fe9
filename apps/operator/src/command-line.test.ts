import { expect, test } from "vitest";
import { parseCommandLine, UsageError } from "./command-line.ts";

const HOUR = 3_600_000;

test.each([
  [["explain", "12"], { name: "explain", cdpId: "#12#", sinceMs: 24 * HOUR }],
  [["explain", "#12#", "--since", "30m"], { name: "explain", cdpId: "#12#", sinceMs: HOUR / 2 }],
  [["attempts", "0", "--since", "7d"], { name: "attempts", cdpId: "#0#", sinceMs: 168 * HOUR }],
  [["outcomes"], { name: "outcomes", ending: null, sinceMs: 24 * HOUR }],
  [
    ["outcomes", "--ending", "bad_debt", "--since", "31d"],
    { name: "outcomes", ending: "bad_debt", sinceMs: 744 * HOUR },
  ],
  [["quarantine", "list"], { name: "quarantine-list" }],
  [["quarantine", "release", "7"], { name: "quarantine-release", cdpId: "#7#" }],
  [["pause", "--reason", " oracle fault "], { name: "pause", reason: "oracle fault" }],
  [["resume"], { name: "resume" }],
  [["prices", "list"], { name: "prices-list" }],
  [["prices", "accept", "resource_sim1a"], { name: "prices-accept", resource: "resource_sim1a" }],
  [["reservations"], { name: "reservations" }],
  [["rehearse"], { name: "rehearse", limit: null }],
  [["rehearse", "--limit", "20"], { name: "rehearse", limit: 20 }],
])("%j is understood", (args, command) => {
  expect(parseCommandLine(args)).toEqual({ command, environment: null, json: false });
});

test("options may stand anywhere", () => {
  expect(parseCommandLine(["--json", "resume", "--environment", "mainnet"])).toEqual({
    command: { name: "resume" },
    environment: "mainnet",
    json: true,
  });
});

test.each([[["--help"]], [["help"]], [["explain", "--help"]]])("%j asks for help", (args) => {
  expect(parseCommandLine(args)).toBe("help");
});

test.each([
  [[], "no command"],
  [["liquidate", "12"], "there is no command liquidate"],
  [["explain"], "name a CDP: 12"],
  [["explain", "twelve"], "twelve is no CDP: write 12"],
  [["explain", "012"], "012 is no CDP: write 12"],
  [["explain", "12", "13"], '"13" is one word too many'],
  [["quarantine"], "quarantine needs list or release <cdp>"],
  [["quarantine", "release"], "name a CDP: 12"],
  [["prices"], "prices needs list or accept <resource>"],
  [["prices", "accept", "xETH"], "name the asset by its address: resource_rdx1…"],
  [["pause"], "pause needs --reason: whoever finds it paused should know why"],
  [["pause", "--reason", " "], "pause needs --reason: whoever finds it paused should know why"],
  [
    ["outcomes", "--since", "0h"],
    "--since must be a time such as 30m, 24h or 7d, at most 31d, not 0h",
  ],
  [
    ["outcomes", "--since", "32d"],
    "--since must be a time such as 30m, 24h or 7d, at most 31d, not 32d",
  ],
  [["outcomes", "--ending", "won"], "not won"],
  [["rehearse", "--limit", "0"], "--limit must be a number of CDPs such as 20, not 0"],
  [["resume", "--force"], "Unknown option '--force'"],
])("%j is refused: %s", (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(UsageError);
  expect(() => parseCommandLine(args)).toThrow(message);
});
