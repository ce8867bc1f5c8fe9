import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COMMANDS } from "../delivery/commands.ts";
import { commandsOf, readWorkflows } from "../workflows/workflow-file.ts";
import { runSteps } from "./run-steps.ts";
import { ELSEWHERE, STEPS } from "./steps.ts";

const commands = commandsOf(readWorkflows());
const here = STEPS.map(({ command }) => command);

test("every step of a workflow is run before a push, or is said to be run elsewhere and why", () => {
  const known = [...here, ...Object.keys(ELSEWHERE)].sort();
  expect(known).toEqual(commands);
  expect(Object.values(ELSEWHERE).filter((reason) => reason.length < 10)).toEqual([]);
});

test("what they run are scripts of package.json", () => {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { scripts } = JSON.parse(text) as { scripts: Record<string, string> };
  const asked = commands
    .map((command) => command.split(" "))
    .map(([, word, name]) => (word === "run" ? name : word));
  expect(asked.filter((name) => name !== "ci" && !(name && name in scripts))).toEqual([]);
});

test("every command of delivery is a step of a workflow, and the other way round", () => {
  const asked = commands.flatMap(
    (command) => /^npm run delivery -- (\S+)/.exec(command)?.[1] ?? [],
  );
  expect(Object.keys(COMMANDS).sort()).toEqual([...new Set(asked)].sort());
});

/** Steps by name, of which one fails; a second each. */
async function run(names: readonly string[], failing?: string) {
  const [printed, ran]: [string[], string[]] = [[], []];
  let nowMs = 0;
  const steps = names.map((command) => ({ command, remedy: `mend ${command}` }));
  const passed = await runSteps(steps, {
    run: async (command) => {
      nowMs += 1_000;
      ran.push(command);
      return { passed: command !== failing, said: `${command} said so\n` };
    },
    print: (line) => printed.push(line),
    nowMs: () => nowMs,
  });
  return { passed, printed, ran };
}

test("steps are a line each, with their duration", async () => {
  const { passed, printed } = await run(["one", "three"]);
  expect(passed).toBe(true);
  expect(printed).toEqual(["ok   one      1.0 s", "ok   three    1.0 s", "all 2 passed in 2.0 s"]);
});

test("the first that fails is the last, with what it said and the remedy", async () => {
  const { passed, printed, ran } = await run(["one", "two", "three"], "two");
  expect([passed, ran]).toEqual([false, ["one", "two"]]);
  expect(printed.slice(1)).toEqual([
    "FAIL two      1.0 s",
    "\ntwo said so\n\ntwo failed: mend two",
  ]);
});
