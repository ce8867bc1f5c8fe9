import { expect, it } from "vitest";
import { createLedger } from "./ledger.ts";

const START_MS = 1_800_000_000_000;
const ledgerOf = (underWater: boolean) =>
  createLedger({
    ...{ cdps: 300, seed: 3, commitDelayMs: 0, wallNowMs: () => START_MS, startMs: START_MS },
    underWater,
  });

it("takes everybody with debt just over the line, and loses nothing on the way", () => {
  const calm = ledgerOf(false).audit();
  const sunk = ledgerOf(true).audit();
  expect(sunk.cdps).toEqual(calm.cdps);
  expect(calm.overLine.every(({ badDebt }) => badDebt)).toBe(true);
  expect(sunk.overLine.length).toBeGreaterThan(240);
  const ltvs = sunk.overLine.filter(({ badDebt }) => !badDebt).map((one) => one.liquidationLtv);
  expect(ltvs.filter((ltv) => !(Number(ltv) > 1 && Number(ltv) < 1.001))).toEqual([]);
  expect(sunk.overLine.filter(({ badDebt }) => badDebt)).toEqual(calm.overLine);
  expect(sunk).toMatchObject({ imbalances: [], wronglyTouched: [] });
});
