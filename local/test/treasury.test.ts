import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { addDecimal, DECIMAL_ZERO, parseDecimal } from "@weft/protocol";
import type { ReserveRequest } from "@weft/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningStack, startRunningStack } from "./running-stack.ts";
import { until } from "./until.ts";

const CALM = new AbortController().signal;
const HOUR_MS = 3_600_000;

let stack: RunningStack;

beforeAll(async () => {
  stack = await startRunningStack(40);
}, 60_000);

afterAll(() => stack.stop());

/** As though another executor had promised all XRD there is to a CDP of its own. */
async function everythingPromised(): Promise<ReserveRequest> {
  const { resources } = await stack.control.addresses(CALM);
  const xrd = resources.XRD ?? "";
  const amounts = new Map([[xrd, parseDecimal("1000000000000")]]);
  return {
    ...{ cdpId: "#999999#", attempt: 0, fence: 1, amounts, feeXrd: DECIMAL_ZERO },
    funds: {
      balances: amounts,
      stateVersion: 1_000_000_000n,
      booksBefore: await stack.clients.reservations.read(CALM),
    },
    ceilingXrdPerHour: parseDecimal("20000"),
    // Old enough to be swept only when the test is long over.
    nowMs: Date.now() + HOUR_MS,
  };
}

test("what is promised to others is spent by nobody; once it is free, all goes on by itself, and nothing stays reserved", async () => {
  const { control, clients, folder } = stack;
  await control.crash("0.25", CALM);
  await stack.believePrices();
  const promised = await everythingPromised();
  expect(await clients.reservations.reserve(promised, CALM)).toMatchObject({ kind: "reserved" });
  const round = stack.round(40);
  await until(async () => {
    const log = await readFile(join(folder.logs, "liquidator-1.log"), "utf8");
    return log.includes('"code":"funds_promised"');
  });
  expect((await control.audit(CALM)).liquidations).toEqual([]);

  await clients.reservations.release({ ...promised, reservedAtMs: promised.nowMs }, CALM);
  await round;
  const { liquidations } = await control.audit(CALM);
  expect(liquidations.length).toBeGreaterThan(0);
  const { holds, feesXrd } = await clients.reservations.read(CALM);
  expect(holds).toEqual([]);
  expect([...feesXrd.values()].reduce(addDecimal, DECIMAL_ZERO)).toBeGreaterThan(0n);
}, 120_000);
