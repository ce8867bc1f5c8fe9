import { createLogger } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import { surveyCdps } from "./survey-cdps.ts";

const signal = new AbortController().signal;
const log = createLogger({ app: "test", version: "0", level: "silent" });

/** A ledger that has minted these ids, telling two at a time. */
function ledgerWith(minted: readonly string[]) {
  const asked: (readonly string[])[] = [];
  let pagesRead = 0;
  return {
    asked,
    pagesRead: () => pagesRead,
    population: { totalCount: minted.length, firstIds: minted.slice(0, 1) },
    deps: {
      mintedAmong: (ids: readonly string[]) => {
        asked.push(ids);
        return Promise.resolve(new Set(ids.filter((id) => minted.includes(id))));
      },
      async *readIds() {
        for (let start = 0; start < minted.length; start += 2) {
          pagesRead += 1;
          yield minted.slice(start, start + 2);
        }
      },
      log,
    },
  };
}

describe("surveyCdps", () => {
  it.each([
    ["#1#", ["#1#", "#2#", "#3#"], 1],
    ["#0#", ["#0#", "#1#", "#2#"], 0],
    ["#7#", ["#7#", "#8#", "#9#"], 7],
  ])("counts on from %s without listing", async (_first, minted, first) => {
    const ledger = ledgerWith(minted);
    const survey = await surveyCdps(ledger.population, ledger.deps, signal);
    expect(survey).toEqual({ kind: "consecutive", first, expected: 3 });
    expect(ledger.pagesRead()).toBe(0);
  });

  it("asks for the last id and the one after it, in one request", async () => {
    const ledger = ledgerWith(["#1#", "#2#", "#3#"]);
    await surveyCdps(ledger.population, ledger.deps, signal);
    expect(ledger.asked).toEqual([["#3#", "#4#"]]);
  });

  it("lists the ids when there is a gap", async () => {
    const minted = ["#1#", "#2#", "#5#"];
    const ledger = ledgerWith(minted);
    const survey = await surveyCdps(ledger.population, ledger.deps, signal);
    expect(survey).toEqual({ kind: "listed", ids: minted, expected: 3 });
  });

  it("lists the ids when an id lies beyond the count", async () => {
    const minted = ["#1#", "#3#", "#4#", "#5#"];
    const ledger = ledgerWith(minted);
    const survey = await surveyCdps(ledger.population, ledger.deps, signal);
    expect(survey).toEqual({ kind: "listed", ids: minted, expected: 4 });
  });

  it("expects nothing of a resource that minted nothing", async () => {
    const ledger = ledgerWith([]);
    const survey = await surveyCdps(ledger.population, ledger.deps, signal);
    expect(survey).toEqual({ kind: "consecutive", first: 0, expected: 0 });
    expect(ledger.asked).toEqual([]);
  });

  it("refuses ids that no message can carry", async () => {
    const ledger = ledgerWith(["<alice>", "<bob>"]);
    const surveyed = surveyCdps(ledger.population, ledger.deps, signal);
    await expect(surveyed).rejects.toMatchObject({ code: "foreign_cdp_id", disposition: "park" });
  });
});
