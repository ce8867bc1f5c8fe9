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

/** The same for people: line by line. */
async function inWords(...args: string[]): Promise<string[]> {
  const env = stack.variables.liquidator;
  const { code, stdout } = await runToEnd({ args: [MAIN, ...args], env });
  expect(code).toBe(0);
  return stdout.trimEnd().split("\n");
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

test("an operator finds who is left alone and why, releases one, and that one is liquidated", async () => {
  const { control } = stack;
  // A run of its own: one of the same minute would be that of before.
  await control.advance(300, CALM);
  await control.crash("0.2", CALM);
  await stack.believePrices();
  const { overLine } = await control.audit(CALM);
  const due = overLine.filter(({ badDebt, exempt }) => !badDebt && !exempt);
  // What was repaid in part before may be too little by now.
  const largest = due.toSorted(
    (a, b) => Number(b.collateralValueXrd) - Number(a.collateralValueXrd),
  );
  const [cdpId = "", kept = ""] = largest.map((one) => one.cdpId);
  await stack.setFaults({ refusedCdpIds: [cdpId, kept] });
  await stack.round(CDPS);
  const resting: readonly { cdpId: string }[] = await operator("quarantine", "list");
  const { outcomes: ended } = await operator("attempts", cdpId.replaceAll("#", ""));
  expect(ended.at(-1)).toMatchObject({ ending: "rejected" });
  expect(resting.map((one) => one.cdpId).toSorted()).toEqual([cdpId, kept].toSorted());
  expect(resting[0]).toMatchObject({ reason: "preview_failed", failures: 1, isOver: false });

  const number = cdpId.replaceAll("#", "");
  const why = await operator("explain", number);
  expect(codesOf(why)).toEqual(["liquidatable", "quarantined"]);
  expect(why.outcomes.at(-1)).toMatchObject({ ending: "rejected", transaction: null });
  for (const { configVersion } of [...why.positions.loans, ...why.positions.collaterals]) {
    expect(configVersion).toMatch(/^\d+$/);
  }
  const text = await inWords("explain", number);
  expect(text[0]).toMatch(new RegExp(`^CDP ${cdpId} at state version \\d+, epoch \\d+, `));
  expect(
    text.filter((line) => /^ {2}(liquidatable: it is over|quarantined: )/.test(line)),
  ).toHaveLength(2);
  expect(text.at(-1)).toMatch(new RegExp(`${cdpId} +\\d+ +rejected +preview failed: `));

  expect(await operator("quarantine", "release", number)).toEqual({ cdpId, released: true });
  await stack.setFaults({ refusedCdpIds: null });
  await control.advance(60, CALM);
  await stack.round(CDPS);
  const after = await operator("attempts", number);
  expect(after.outcomes.at(-1)).toMatchObject({ ending: "liquidated" });
  expect(after.attempts.quarantine).toBe(null);
  const left = await operator("outcomes", "--ending", "quarantined", "--since", "2h");
  expect(left.outcomes.map((one: { cdpId: string }) => one.cdpId)).toEqual([kept]);
}, 120_000);

test("what is not there is said in words and by the exit code", async () => {
  expect(codesOf(await operator("explain", "999999"))).toEqual(["gone"]);
  const env = { ...stack.variables.liquidator, DATA_BUCKET: "nowhere-at-all" };
  const ended = await runToEnd({ args: [MAIN, "outcomes"], env });
  expect(ended).toMatchObject({ code: 75, stdout: "" });
  expect(ended.stderr).toContain("cannot list outcomes/run=");
});
