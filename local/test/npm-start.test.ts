import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Outcome } from "@weft/messages";
import type { OpenAttempt } from "@weft/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sumDecimals } from "../src/start/amounts.ts";
import { killWorkers } from "./kill-workers.ts";
import { npmStart, removeWorkingCopies, type Start } from "./npm-start.ts";
import { readOutcomes } from "./outcome-files.ts";
import { type Ended, endAll } from "./processes.ts";
import { type Report, reportSchema } from "./report-schema.ts";

/** Small enough for two cores, large enough for positions that need several commits. */
const BOOK = ["--cdps", "150", "--crash", "0.2"];
const RUN_WITHIN_MS = 120_000;

interface Finished {
  readonly ended: Ended;
  readonly report: Report;
  readonly outcomes: readonly Outcome[];
  /** What each program wrote, by its name. */
  readonly logs: ReadonlyMap<string, string>;
}

let plain: Finished;
let otherSeed: Finished;
let killed: Finished & { readonly attempts: readonly OpenAttempt[] };

beforeAll(async () => {
  [plain, otherSeed, killed] = await Promise.all([
    npmStart([...BOOK, "--seed", "1"]).then(finish),
    npmStart([...BOOK, "--seed", "2"]).then(finish),
    runWithKills(),
  ]);
}, RUN_WITHIN_MS);

afterAll(async () => {
  await endAll();
  await removeWorkingCopies();
});

async function finish(start: Start): Promise<Finished> {
  const ended = await start.ended;
  if (ended.code !== 0) throw new Error(`npm start ended with ${ended.code}:\n${ended.stdout}`);
  const folder = await start.folder();
  const [report, outcomes, logs] = await Promise.all([
    start.report(),
    readOutcomes(folder),
    readLogs(join(folder, "logs")),
  ]);
  return { ended, report: reportSchema.parse(report), outcomes, logs };
}

async function readLogs(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder);
  const read = async (name: string) =>
    [name.replace(/\.log$/, ""), await readFile(join(folder, name), "utf8")] as const;
  return new Map(await Promise.all(names.map(read)));
}

async function runWithKills() {
  const start = await npmStart([...BOOK, "--seed", "1", "--indexers", "1"]);
  const attempts = await killWorkers(start);
  return { ...(await finish(start)), attempts };
}

const runs = () => [
  ["seed 1", plain] as const,
  ["seed 2", otherSeed] as const,
  ["killed workers", killed] as const,
];

test("every run ends with 0, no violation and the word PASS", () => {
  for (const [, { ended, report }] of runs()) {
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    expect(ended.stdout).toMatch(
      /^PASS in \d+\.\d s: every position over the line was liquidated/m,
    );
    expect(report).toMatchObject({ ok: true, violations: [], cdps: 150 });
  }
});

test("nothing is missed, doubled or wrongly touched", () => {
  for (const [name, { report }] of runs()) {
    const { missed, doubleCommits, wronglyTouched } = report;
    expect({ name, missed, doubleCommits, wronglyTouched }).toEqual({
      ...{ name, missed: 0, doubleCommits: 0, wronglyTouched: 0 },
    });
  }
});

test("coverage adds up in every round and over all", () => {
  for (const [, { report }] of runs()) {
    for (const { coverage } of [report, ...report.rounds]) {
      expect(coverage.scanned + coverage.skipped + coverage.failed).toBe(coverage.expected);
    }
    expect(report.rounds.map(({ coverage }) => coverage.expected)).toEqual(
      report.rounds.map(() => 150),
    );
    expect(report.coverage.expected).toBe(150 * report.rounds.length);
    expect(report.coverage.failed).toBe(0);
  }
});

test("calm rounds liquidate nothing, the fall of prices does once it is believed, and the last round is quiet", () => {
  for (const [, { report }] of runs()) {
    const liquidated = report.rounds.map(({ endings }) => endings.liquidated);
    const [first, calm, fall = 0, believed = 0] = liquidated;
    expect([first, calm]).toEqual([0, 0]);
    // Before it is believed only what has nothing to do with it: some assets fell within the band.
    expect(believed).toBeGreaterThan(fall);
    expect(liquidated.at(-1)).toBe(0);
  }
});

test("a price is believed when it was observed twice, and what depends on it is unverified until then", () => {
  for (const [, { report, ended }] of runs()) {
    const [first, calm, fall, believed, ...later] = report.rounds;
    expect(first?.prices).toEqual({ accepted: {}, suspect: { first_seen: 9 } });
    expect(calm?.prices).toEqual({ accepted: { second_observation: 9 }, suspect: {} });
    expect(fall?.prices.suspect).toEqual({ outside_band: 4 });
    expect(believed?.prices.suspect).toEqual({});
    expect(believed?.prices.accepted).toMatchObject({ second_observation: 4 });
    expect([first, fall].map((round) => (round?.unverified ?? 0) > 0)).toEqual([true, true]);
    const settled = [calm, believed, ...later].map((round) => round?.unverified);
    expect(settled).toEqual(settled.map(() => 0));
    expect(first?.candidates).toBe(0);
    expect(ended.stdout).toMatch(
      /^ {2}prices +round 1: suspect: 9 first seen; \d+ positions unverified$/m,
    );
  }
});

test("there is one outcome per ending that the report counts, and one commit per liquidation", () => {
  for (const [, { report, outcomes }] of runs()) {
    const counted = Object.values(report.endings).reduce((total, n) => total + n, 0);
    expect(outcomes).toHaveLength(counted);
    const commits = outcomes.filter(({ ending }) => ending === "liquidated");
    expect(commits).toHaveLength(report.commits);
    expect(new Set(commits.map(({ transaction }) => transaction?.intentHash)).size).toBe(
      report.commits,
    );
  }
});

test("the same seed gives the same liquidations, even when workers are killed; another seed gives others", () => {
  expect(killed.report.liquidationsDigest).toBe(plain.report.liquidationsDigest);
  expect(otherSeed.report.liquidationsDigest).not.toBe(plain.report.liquidationsDigest);
});

test("every way to pay is taken at least once, and the ledger agrees with each record of it and with the profit of all", () => {
  for (const [name, { report, outcomes }] of runs()) {
    expect(
      Object.entries(report.funding).filter(([, n]) => n === 0),
      name,
    ).toEqual([]);
    const recorded = outcomes.filter(({ ending }) => ending === "liquidated");
    const kinds = Map.groupBy(recorded, ({ funding }) => String(funding));
    const counts = Object.fromEntries(Array.from(kinds, ([kind, same]) => [kind, same.length]));
    expect(counts, name).toEqual(report.funding);
    const profits = recorded.map(({ profitXrd }) => profitXrd ?? "not told");
    expect(sumDecimals(profits), name).toBe(report.profitXrd);
  }
});

test("one trace id goes from the dispatcher's log over the indexer's to every outcome of a run, killed workers or not", () => {
  for (const [name, { report, outcomes, logs }] of runs()) {
    const traceOf = (program: string, message: string) =>
      new Map(
        (logs.get(program) ?? "")
          .split("\n")
          .filter((line) => line.includes(`"message":"${message}"`))
          .map((line) => JSON.parse(line) as { runId: string; traceId: string })
          .map(({ runId, traceId }) => [runId, traceId]),
      );
    const dispatched = traceOf("dispatcher", "run dispatched");
    expect([...dispatched.keys()].toSorted(), name).toEqual(
      report.rounds.map(({ runId }) => runId).toSorted(),
    );
    expect(new Set(dispatched.values()).size, name).toBe(report.rounds.length);
    expect(
      [...traceOf("indexer-1", "batch scanned")].filter(([run, id]) => dispatched.get(run) !== id),
    ).toEqual([]);
    expect(outcomes.filter(({ runId, traceId }) => dispatched.get(runId) !== traceId)).toEqual([]);
  }
});

test("only what was killed is started again", () => {
  expect(plain.report.restarts).toEqual({});
  expect(Object.entries(killed.report.restarts).sort()).toEqual([
    ["indexer-1", 1],
    [expect.stringMatching(/^liquidator-[12]$/), 1],
  ]);
});

test("the batch of the killed indexer is delivered again and scanned once", () => {
  const crashRun = killed.report.rounds[2]?.runId;
  const scans = (killed.logs.get("indexer-1") ?? "")
    .split("\n")
    .filter((line) => line.includes('"message":"batch scanned"'))
    .map((line) => JSON.parse(line) as { runId: string; receiveCount: number })
    .filter(({ runId }) => runId === crashRun);
  expect(scans).toHaveLength(1);
  expect(scans[0]?.receiveCount).toBeGreaterThanOrEqual(2);
});

test("what the killed liquidator had signed is finished by another, under the same intent", () => {
  expect(killed.attempts.length).toBeGreaterThanOrEqual(2);
  for (const { cdpId, unfinal } of killed.attempts) {
    const outcome = killed.outcomes.find(
      (one) => one.cdpId === cdpId && one.attempt === unfinal.attempt,
    );
    expect(outcome).toMatchObject({
      ending: "liquidated",
      transaction: { intentHash: unfinal.intentHash },
    });
  }
});
