import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Audit } from "../src/simulator/ledger/types.ts";
import { readOutcomes } from "../src/start/books.ts";
import { npmStart, removeWorkingCopies } from "./npm-start.ts";
import { endAll } from "./processes.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";

const CALM = new AbortController().signal;
const CDPS = 60;

describe("a liquidator that runs dry, though it has a key and funds", () => {
  let stack: RunningStack;
  let before: Audit;

  beforeAll(async () => {
    stack = await startRunningStack(CDPS, undefined, { variables: { DRY_RUN: "true" } });
    await stack.control.crash("0.25", CALM);
    await stack.believePrices();
    before = await stack.control.audit(CALM);
    await stack.round(CDPS);
  }, 60_000);
  afterAll(() => stack.stop());

  test("judges, plans and previews every CDP over the line, and says what it would have done", async () => {
    const outcomes = await readOutcomes(stack.clients.objects, CALM);
    const due = before.overLine.filter(({ badDebt, exempt }) => !badDebt && !exempt);
    expect(due.length).toBeGreaterThan(5);
    expect(outcomes.map(({ cdpId }) => cdpId).toSorted()).toEqual(
      due.map(({ cdpId }) => cdpId).toSorted(),
    );
    const dry = outcomes.filter(({ ending }) => ending === "dry_run");
    expect(dry.length).toBeGreaterThan(5);
    for (const { detail, transaction } of dry) {
      expect(detail).toMatch(/^(repay|take) .* XRD before fees, fee [\d.]+ XRD$/);
      expect(transaction).toBeNull();
    }
  });

  test("hands nothing to the ledger, and leaves neither an attempt nor a reservation", async () => {
    const answer = await fetch(`${stack.gatewayUrl}/control/requests`);
    const { byPath } = (await answer.json()) as { byPath: Record<string, number> };
    expect(byPath["/transaction/submit"]).toBeUndefined();
    expect(await stack.control.audit(CALM)).toMatchObject({
      liquidations: [],
      commits: { success: 0, failure: 0 },
    });
    for await (const { cdpId } of stack.clients.attempts.listUnfinal(CALM)) {
      throw new Error(`${cdpId} has an attempt without an end`);
    }
    expect((await stack.clients.reservations.read(CALM)).holds).toEqual([]);
  });
});

describe("`npm start -- --dry-run`", () => {
  afterAll(async () => {
    await endAll();
    await removeWorkingCopies();
  });

  test("runs the whole loop without a key, leaves everybody over the line where he is, and passes", async () => {
    const start = await npmStart(["--cdps", "80", "--crash", "0.25", "--dry-run"]);
    expect(await start.ended).toMatchObject({ code: 0, stderr: "" });
    const report = (await start.report()) as { endings: Record<string, number> };
    expect(report).toMatchObject({
      ...{ ok: true, violations: [], dryRun: true, commits: 0, profitXrd: "0" },
      endings: { liquidated: 0 },
    });
    expect(report.endings.dry_run).toBeGreaterThan(0);
  }, 120_000);
});
