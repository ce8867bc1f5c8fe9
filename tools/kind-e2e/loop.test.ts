import { expect, test } from "vitest";
import type { Audit } from "../../local/src/simulator/ledger/types.ts";
import { assertLoop, type Loop } from "./loop.ts";

type Change = Partial<Pick<Audit, "wronglyTouched" | "unfinalTogether" | "imbalances">>;

interface Story {
  /** Liquidations and CDPs over the line, by minutes since the crash. */
  readonly liquidated?: readonly number[];
  readonly overLine?: readonly number[];
  readonly indexers?: number;
  readonly liquidators?: number;
  readonly calm?: number;
  readonly wrong?: Change;
}

const cdp = { cdpId: "#1#", liquidationLtv: "1.1", loanValueXrd: "1", collateralValueXrd: "1" };

/** A cluster whose minutes are told. */
function told({ liquidated = [0, 80, 90], overLine = [90, 10, 2], ...story }: Story) {
  let [nowMs, crashedAt] = [0, Number.POSITIVE_INFINITY];
  let fallen = false;
  const crashes: string[] = [];
  const at = (minutes: readonly number[]) =>
    minutes[Math.min(Math.floor((nowMs - crashedAt) / 60_000), minutes.length - 1)] ?? 0;
  const crashed = () => nowMs >= crashedAt;
  const loop: Loop = {
    crash: async (fraction) => {
      crashes.push(fraction);
      fallen = true;
    },
    // Only what is observed again after the fall is believed, and liquidated.
    observe: async () => {
      if (fallen) crashedAt = Math.min(crashedAt, nowMs);
    },
    replicas: async () => ({
      indexer: story.indexers ?? 3,
      liquidator: crashed() ? (story.liquidators ?? 3) : 1,
    }),
    audit: async () =>
      ({
        cdps: { minted: 1_000, live: 1_000, burned: 0 },
        overLine: Array(crashed() ? at(overLine) : 0).fill({
          ...cdp,
          badDebt: false,
          exempt: false,
        }),
        liquidations: Array(crashed() ? at(liquidated) : (story.calm ?? 0)),
        ...{ wronglyTouched: [], unfinalTogether: [], imbalances: [] },
        ...story.wrong,
      }) as unknown as Audit,
  };
  const printed: string[] = [];
  const patience = {
    ...{ patienceMs: 600_000, pollMs: 5_000, nowMs: () => nowMs },
    print: (line: string) => printed.push(line),
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  return { run: () => assertLoop(loop, patience), crashes, printed, nowMs: () => nowMs };
}

test("the loop holds when prices fall once, and all that is worth it is liquidated by scaled workers", async () => {
  const { run, crashes, printed } = told({});
  await run();
  expect(crashes).toEqual(["0.25"]);
  expect(printed.at(-1)).toBe("90 liquidations by up to 3 liquidators, 3 indexers");
});

test("it waits until nothing more comes", async () => {
  const { run, nowMs } = told({ liquidated: [0, 1, 2, 3, 4] });
  await run();
  // A minute until the fall is observed again, and four in which something comes.
  expect(nowMs()).toBe(5 * 60_000 + 150_000);
});

test.each<[string, Story, string]>([
  ["no indexer is ever started", { indexers: 0 }, "indexer: 0 at most so far, 1 wanted"],
  ["the indexer does not scale", { indexers: 1 }, "indexer: 1 at most so far, 2 wanted"],
  ["the liquidator does not scale", { liquidators: 1 }, "liquidator: 1 at most so far, 2 wanted"],
  ["nothing is liquidated", { liquidated: [0] }, "nothing is liquidated yet"],
  ["too much is left over the line", { overLine: [90, 11] }, "11 CDPs over the line"],
])("it fails in the end when %s", async (_what, story, message) => {
  await expect(told(story).run()).rejects.toThrow(`after 10 minutes still: ${message}`);
});

test.each<[string, Change, string]>([
  ["a healthy CDP was touched", { wronglyTouched: ["#7#"] }, "CDP #7# was under the line"],
  [
    "a CDP had two transactions at once",
    { unfinalTogether: [{ cdpId: "#8#", intentHashes: [] }] },
    "CDP #8# had two transactions at once",
  ],
  [
    "something was made of nothing",
    { imbalances: [{ resource: "XRD", expected: "1", actual: "2" }] },
    "the ledger does not add up in XRD",
  ],
])("it fails at once when %s", async (_what, wrong, message) => {
  const { run, nowMs } = told({ wrong, indexers: 0 });
  await expect(run()).rejects.toThrow(message);
  expect(nowMs()).toBe(0);
});

test("a liquidation on a calm market fails it", async () => {
  await expect(told({ calm: 1 }).run()).rejects.toThrow("1 liquidations on a calm market");
});
