import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runToEnd } from "./processes.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";
import { until } from "./until.ts";

const CALM = new AbortController().signal;
const MAIN = fileURLToPath(new URL("../../apps/operator/src/main.ts", import.meta.url));
const CDPS = 60;

let stack: RunningStack;

beforeAll(async () => {
  stack = await startRunningStack(CDPS);
}, 60_000);

afterAll(() => stack.stop());

/** As an operator would, with the variables of a liquidator. */
async function operator(...args: string[]) {
  const env = stack.variables.liquidator;
  const { code, stdout, stderr } = await runToEnd({ args: [MAIN, ...args, "--json"], env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

const codesOf = ({ findings }: { readonly findings: readonly { readonly code: string }[] }) =>
  findings.map(({ code }) => code);

test("an operator pauses, is told why nothing happens, resumes, and sees what came of it", async () => {
  const { control } = stack;
  await stack.believePrices();
  await control.crash("0.25", CALM);
  await stack.believePrices();
  expect(await operator("pause", "--reason", "drill")).toMatchObject({
    pause: { reason: "drill" },
  });
  await until(async () => (await stack.liquidatorPausedFor("paused")) === 1);

  await stack.dispatch(CDPS);
  await until(async () => (await stack.depths(CALM)).liquidation > 0);
  const { overLine, liquidations } = await control.audit(CALM);
  expect(liquidations).toEqual([]);
  const cdpId = overLine.find(({ badDebt, exempt }) => !badDebt && !exempt)?.cdpId ?? "";
  const number = cdpId.replaceAll("#", "");
  const paused = await operator("explain", number);
  expect(codesOf(paused)).toEqual(["paused", "liquidatable"]);
  expect(paused).toMatchObject({ cdpId, attempts: null, outcomes: [] });

  expect(await operator("resume")).toMatchObject({ pause: null });
  await stack.untilQueuesEmpty();
  const after = await operator("explain", number);
  expect(codesOf(after)).toEqual(["healthy"]);
  expect(after.ledger.liquidationLtv).toBe(after.offLedger.liquidationLtv);

  const audit = await control.audit(CALM);
  const outcomes = await operator("outcomes", "--ending", "liquidated", "--since", "2h");
  expect(outcomes.counts).toEqual({ liquidated: audit.liquidations.length });
  const { attempts } = await operator("attempts", number);
  const own = audit.liquidations.filter((liquidation) => liquidation.cdpId === cdpId);
  expect(attempts).toMatchObject({
    nextAttempt: own.length,
    unfinal: null,
    lastFinal: { ending: "liquidated", attempt: own.length - 1 },
  });
  expect(await operator("reservations")).toMatchObject({ holds: [], held: [] });
  expect(await operator("quarantine", "list")).toEqual([]);
  expect(await operator("quarantine", "release", number)).toEqual({ cdpId, released: false });
}, 120_000);

test("what is not there is said in words and by the exit code", async () => {
  expect(codesOf(await operator("explain", "999999"))).toEqual(["gone"]);
  const env = { ...stack.variables.liquidator, DATA_BUCKET: "nowhere-at-all" };
  const ended = await runToEnd({ args: [MAIN, "outcomes"], env });
  expect(ended).toMatchObject({ code: 75, stdout: "" });
  expect(ended.stderr).toContain("cannot list outcomes/run=");
});
