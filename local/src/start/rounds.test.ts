import { sleep } from "@weft/runtime";
import { expect, test } from "vitest";
import type { Audit } from "../simulator/ledger/types.ts";
import type { ObjectReader } from "./books.ts";
import type { LedgerControl } from "./control.ts";
import { parseFlags } from "./flags.ts";
import { runRounds } from "./rounds.ts";
import {
  overLine,
  sampleAudit,
  sampleLiquidation,
  sampleManifest,
  sampleSummary,
} from "./sample-records.ts";

const never = new AbortController().signal;
const START_MS = Date.UTC(2026, 10, 20, 21, 55, 30);

/** A bucket in which every run is already complete. */
const completeRuns: ObjectReader = {
  getJson: (key) => {
    const runId = key.split("/")[1] ?? "";
    if (key.endsWith("prices.json")) return Promise.resolve(undefined);
    return Promise.resolve(
      key.endsWith("manifest.json") ? sampleManifest({ runId }) : sampleSummary({ runId }),
    );
  },
  listKeys: (prefix) => Promise.resolve(prefix.startsWith("runs/") ? [`${prefix}00000.json`] : []),
};

/** Plays the audits one after another, and writes down what is done to the ledger and when it is dispatched. */
async function play(flags: readonly string[], audits: readonly Audit[], isPublic = false) {
  const parsed = parseFlags(flags);
  if (parsed.kind !== "run") throw new Error(parsed.kind);
  const done: string[] = [];
  let timeMs = START_MS;
  const control: LedgerControl = {
    nowMs: () => Promise.resolve(timeMs),
    advance: (seconds) => {
      timeMs += seconds * 1_000;
      return Promise.resolve();
    },
    crash: (fraction) => Promise.resolve(void done.push(`crash ${fraction}`)),
    fund: () => Promise.resolve(),
    addresses: () => Promise.reject(new Error("not asked")),
    audit: () => Promise.resolve(audits[dispatches() - 1] ?? sampleAudit()),
    requests: () => Promise.reject(new Error("not asked")),
  };
  const dispatches = () => done.filter((step) => step.startsWith("dispatch")).length;
  const result = await runRounds({
    options: parsed.options,
    stack: {
      control: isPublic ? null : control,
      clients: { objects: completeRuns },
      depths: () =>
        Promise.resolve({ index: 0, indexParked: 0, liquidation: 0, liquidationParked: 0 }),
    },
    dispatch: (scheduledAtMs) => {
      done.push(`dispatch ${new Date(scheduledAtMs).toISOString()}`);
      return Promise.resolve();
    },
    progress: { say: () => {}, round: () => {}, roundDone: () => {} },
    sleep: (_ms, signal) => sleep(0, signal),
    nowMs: () => 0,
    wallMs: () => Date.UTC(2027, 0, 1, 0, 0, 1),
    signal: never,
  });
  return { done, runIds: result.rounds.map(({ books }) => books.manifest.runId) };
}

const quiet = sampleAudit({ liquidations: [] });
const one = sampleAudit();
const two = sampleAudit({
  liquidations: [sampleLiquidation(), sampleLiquidation({ cdpId: "#8#", intentHash: "txid_two" })],
});

test("two calm rounds, the fall of prices, and rounds until one has nothing left to do", async () => {
  const { done, runIds } = await play(["--crash", "0.4"], [quiet, quiet, quiet, one, two, two]);
  expect(done).toEqual([
    "dispatch 2026-11-20T21:55:00.000Z",
    "dispatch 2026-11-20T22:00:00.000Z",
    "crash 0.4",
    "dispatch 2026-11-20T22:05:00.000Z",
    "dispatch 2026-11-20T22:10:00.000Z",
    "dispatch 2026-11-20T22:15:00.000Z",
    "dispatch 2026-11-20T22:20:00.000Z",
  ]);
  expect(runIds).toEqual([
    "20261120T215500Z",
    "20261120T220000Z",
    "20261120T220500Z",
    "20261120T221000Z",
    "20261120T221500Z",
    "20261120T222000Z",
  ]);
});

test("a quiet round is not enough while a position is over the line, but the rounds are", async () => {
  const left = sampleAudit({ liquidations: [], overLine: [overLine("#3#")] });
  const { runIds } = await play(["--rounds", "5"], [quiet, quiet, left, left, left, left]);
  expect(runIds).toHaveLength(5);
});

test("bad debt keeps no round going", async () => {
  const bad = sampleAudit({ liquidations: [], overLine: [overLine("#3#", { badDebt: true })] });
  const { runIds } = await play([], [bad, bad, bad, bad]);
  expect(runIds).toHaveLength(4);
});

test("a public network gets one round at the time of day", async () => {
  const { done } = await play(["--network", "mainnet", "--dry-run"], [], true);
  expect(done).toEqual(["dispatch 2027-01-01T00:00:00.000Z"]);
});
