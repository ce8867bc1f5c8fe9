import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import {
  defineEnvironment,
  type Environment,
  type EnvironmentInput,
  mainnet,
  stokenet,
} from "@weft/environments";
import { beforeAll, describe, expect, test } from "vitest";
import { type Saving, savingsOf } from "./cheaper.ts";
import { type Estimate, estimate } from "./estimate.ts";
import { withReport } from "./page.ts";
import { estimateInJson, printEstimate } from "./print.ts";

const run = promisify(execFile);
const MAIN = new URL("./main.ts", import.meta.url).pathname;
const cost = (...words: string[]) => run(process.execPath, [MAIN, ...words], { env: {} });

/** Each setting is an environment made again; a busy machine is no failure. */
const SLOW_MS = 180_000;
const made = new Map<string, { readonly now: Estimate; readonly savings: readonly Saving[] }>();

beforeAll(async () => {
  for (const env of [mainnet, stokenet]) {
    const now = await estimate(env);
    made.set(env.name, { now, savings: await savingsOf(env, now) });
  }
}, SLOW_MS);

function costOf(env: Environment) {
  const found = made.get(env.name);
  if (found === undefined) throw new Error(`no cost of ${env.name}`);
  return found;
}

describe.each([mainnet, stokenet])("$name", (env) => {
  let now: Estimate;
  beforeAll(() => {
    now = costOf(env).now;
  });
  const line = (what: string) => now.lines.find((one) => one.what === what);

  test("counts what the environment says, at the prices of its region", () => {
    const [zones, gateways] = env === mainnet ? [3, 3] : [2, 1];
    expect(line("interface endpoints")?.amounts.idle).toBe(8 * zones * 730);
    expect(line("NAT gateways")).toMatchObject({
      unitUsd: 0.048,
      source: "vpc/pricing",
      amounts: { idle: gateways * 730, typical: gateways * 730, crash: 0 },
    });
  });

  test("the total is the sum of the lines, a usual month is no cheaper than an idle one", () => {
    const sum = now.lines.reduce((total, { usd }) => total + usd.idle, 0);
    expect(now.total.idle).toBeCloseTo(sum, 6);
    expect(now.total.typical).toBeGreaterThan(now.total.idle);
    expect(now.total.crash).toBeGreaterThan(0);
  });

  test("an idle month is within the budget", () => {
    expect(now.total.idle).toBeLessThan(now.budgetUsd);
  });
});

test("in a crash the indexers get the Spot nodes that KEDA's bounds ask for, for an hour", () => {
  const { lines } = costOf(mainnet).now;
  const burst = lines.filter(({ kind }) => kind === "burstNodes");
  expect(burst.map(({ amounts }) => amounts)).toEqual([
    { idle: 730, typical: 730, crash: 0 },
    { idle: 0, typical: 0, crash: 3 },
  ]);
  // 40 % of 0.08208.
  for (const { unitUsd } of burst) expect(unitUsd).toBeCloseTo(0.032832, 8);
});

test("a cheaper setting saves what the environment costs less with it", () => {
  const { savings } = costOf(mainnet);
  const one = savings.find(({ setting }) => setting === "aws.natGateways: 1");
  // Two gateways and two addresses less, and the alarms that watch them, at 0.10 each.
  expect(one?.idleUsd).toBeCloseTo(2 * 730 * (0.048 + 0.005) + 4 * 0.1, 6);
  const settings = savings.map(({ setting }) => setting);
  expect(settings).toContain("aws.zones: 2");
  expect(settings).not.toContain("liquidator.minReplicas: 0");
});

test("a region without prices is named, with those that have some", async () => {
  const aws = { ...stokenet.aws, region: "ap-southeast-1" };
  const far = defineEnvironment({ ...stokenet, aws } as EnvironmentInput);
  await expect(estimate(far)).rejects.toThrow(
    "region ap-southeast-1 has no prices: add it to infra/src/cost/prices.ts, which has eu-west-1, eu-central-1, us-east-1",
  );
});

test("over budget it says so, with the remedy; near it, that the alarm will go off", () => {
  const { now } = costOf(stokenet);
  const total = { idle: 610, typical: 611, crash: 1 };
  const text = (estimate: Estimate) => printEstimate(estimate, []).join("\n");
  expect(text({ ...now, total })).toContain(
    "OVER BUDGET: an idle month is 610.00, the budget 600.00 (aws.monthlyBudgetUsd): raise it, or take a cheaper setting",
  );
  expect(text({ ...now, total: { idle: 480, typical: 511, crash: 1 } })).toContain(
    "An idle month is 80 % of the budget of 600.00; its alarm at 85 % goes off in a usual month.",
  );
});

test("docs/cost.md is what the command prints", async () => {
  const page = await readFile(new URL("../../../docs/cost.md", import.meta.url), "utf8");
  for (const env of [mainnet, stokenet]) {
    const { now, savings } = costOf(env);
    expect(withReport(page, env.name, printEstimate(now, savings).join("\n"))).toBe(page);
  }
});

test("a page without a block of the environment is refused", () => {
  expect(() => withReport("# Cost", "mainnet", "")).toThrow("the page has no block of mainnet");
});

test("machines get it as JSON", () => {
  const { now, savings } = costOf(stokenet);
  expect(JSON.parse(estimateInJson(now, savings))).toMatchObject({
    ...{ environment: "stokenet", region: "eu-west-1", currency: "USD", budgetUsd: 600 },
    ...{ pricesAsOf: "2025-06-30", total: now.total, savings },
  });
});

test("an environment that is not on AWS is refused by name", async () => {
  await expect(cost("kind")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^kind: name one of stokenet, mainnet\n/),
  });
});
