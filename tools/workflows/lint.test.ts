import { describe, expect, test } from "vitest";
import { lintWorkflows } from "./lint.ts";
import { readWorkflows, workflowFile } from "./workflow-file.ts";

const SHA = "de0fac2e4500dabe0009e67214ff5f5447ce83dd";
/** As workflows write it. */
const expression = (text: string) => ["$", "{{ ", text, " }}"].join("");
const SOUND = `name: sound
on: push
permissions: {}
jobs:
  deploy:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    environment: stokenet
    concurrency:
      group: deploy-stokenet
      cancel-in-progress: false
    permissions:
      contents: write
    steps:
      - uses: actions/checkout@${SHA} # v6.0.2
        with:
          persist-credentials: true
      - run: npm ci --ignore-scripts
      - run: npm run check
        env:
          PLACE: ${expression("vars.PLACE")}
`;

const lint = (text: string) => lintWorkflows([workflowFile("one.yml", text)]);
const faulty = (from: string, to: string) => {
  if (!SOUND.includes(from)) throw new Error(`not in the sound one: ${from}`);
  return lint(SOUND.replace(from, to));
};

test("the workflows of this repository have no fault", async () => {
  const files = readWorkflows();
  expect(files.map(({ name }) => name)).toEqual([
    "main.yml",
    "nightly-drift.yml",
    "nightly-kind.yml",
    "pull-request.yml",
  ]);
  expect(await lintWorkflows(files)).toEqual([]);
});

test("a sound workflow has none", async () => {
  expect(await lint(SOUND)).toEqual([]);
});

describe("a planted fault is found", () => {
  test.each([
    ["an action by its tag", `@${SHA} # v6.0.2`, "@v6", "pinnedActions"],
    ["a short commit", `${SHA} #`, "de0fac2 #", "pinnedActions"],
    ["a commit without its version", " # v6.0.2", "", "pinnedActions"],
    ["rights for all jobs", "permissions: {}", "permissions: read-all", "leastPermissions"],
    ["no word on rights", "permissions: {}\n", "", "leastPermissions"],
    [
      "all rights for a job",
      "permissions:\n      contents: write",
      "permissions: write-all",
      "leastPermissions",
    ],
    ["no time-out", "    timeout-minutes: 10\n", "", "timeouts"],
    ["deployments side by side", "group: deploy-stokenet", "group: other", "concurrency"],
    [
      "a deployment broken off",
      "cancel-in-progress: false",
      "cancel-in-progress: true",
      "concurrency",
    ],
    ["a script of its own", "npm run check", "npm run check && curl x", "npmScripts"],
    ["a program", "npm run check", "node tools/build.mjs", "npmScripts"],
    [
      "a value in a command",
      "npm run check",
      `npm run check -- ${expression("github.sha")}`,
      "npmScripts",
    ],
    ["no token where it pushes", "credentials: true", "credentials: false", "credentials"],
    ["a token where nothing is pushed", "contents: write", "contents: read", "credentials"],
    ["install scripts beside a token", "npm ci --ignore-scripts", "npm ci", "installScripts"],
  ])("%s", async (_what, from, to, rule) => {
    expect((await faulty(from, to)).filter((line) => line.includes(`(${rule})`))).toHaveLength(1);
  });

  test("no word on how many runs there may be, where nothing is deployed", async () => {
    const faults = await lint(SOUND.replace(/ {4}environment.*false\n/s, ""));
    expect(faults).toEqual([
      "one.yml: say how many runs there may be at once: `concurrency` at the top (concurrency)",
    ]);
  });

  test.each([
    ["a field that is none", "runs-on:", "run-on:", /unexpected key "run-on"/],
    [
      "text of others",
      "npm run check",
      `echo ${expression("github.event.issue.title")}`,
      /untrusted/,
    ],
    ["an output of nobody", "vars.PLACE", "steps.no.outputs.place", /property "no" is not defined/],
  ])("%s, by actionlint", async (_what, from, to, message) => {
    expect((await faulty(from, to)).join("\n")).toMatch(message);
  });
});
