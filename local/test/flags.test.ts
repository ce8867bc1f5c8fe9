import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runToEnd } from "./processes.ts";

const MAIN = fileURLToPath(new URL("../src/start/main.ts", import.meta.url));
const HINT = "Run `npm start -- --help` to see every flag.\n";
const start = (...flags: string[]) => runToEnd({ args: [MAIN, ...flags] });

test("--help names every flag of `npm start` and ends with 0", async () => {
  const { code, stdout, stderr } = await start("--help");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect([...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag)).toEqual([
    "--cdps",
    "--seed",
    "--crash",
    "--indexers",
    "--liquidators",
    "--rounds",
    "--report",
    "--keep",
    "--network",
    "--dry-run",
    "--help",
  ]);
});

test.each<readonly [flags: string, message: string]>([
  ["--cpds 5", "there is no flag --cpds\n"],
  ["20000", '"20000" is not a flag, and nothing else is expected\n'],
  [
    "--cdps many --crash 25%",
    '--cdps must be a whole number from 1 to 1000000, not "many"\n--crash must be a fraction above 0 and under 1 such as 0.25, not "25%"\n',
  ],
  [
    "--network mainnet",
    "--network mainnet runs only as a rehearsal that signs nothing: add --dry-run\n",
  ],
])("`npm start -- %s` starts nothing and ends with 2", async (flags, message) => {
  expect(await start(...flags.split(" "))).toEqual({
    code: 2,
    signal: null,
    stdout: "",
    stderr: `${message}${HINT}`,
  });
});

test("a report that cannot be written fails before anything is started", async ({ expect }) => {
  const { code, stdout } = await start("--report", `${MAIN}/r.json`);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^FAIL: the report cannot be written: .*\n$/);
});
