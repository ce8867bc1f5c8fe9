import { expect, test } from "vitest";
import { createRunWatch, type ObjectReader, readOutcomes, readRunBooks } from "./books.ts";
import { RUN_ID, sampleManifest, sampleOutcome, sampleSummary } from "./sample-records.ts";

const never = new AbortController().signal;
const MANIFEST = `runs/${RUN_ID}/manifest.json`;
const FIRST_BATCH = `runs/${RUN_ID}/batches/00000.json`;
const SECOND_BATCH = `runs/${RUN_ID}/batches/00001.json`;
const OUTCOME = `outcomes/run=${RUN_ID}/cdp=7/0000.json`;

function bucket(objects: Record<string, unknown>) {
  const stored = new Map(Object.entries(objects));
  const gets: string[] = [];
  const reader: ObjectReader = {
    getJson: (key) => {
      gets.push(key);
      return Promise.resolve(stored.get(key));
    },
    listKeys: (prefix) =>
      Promise.resolve([...stored.keys()].filter((key) => key.startsWith(prefix))),
  };
  return { reader, gets, stored };
}

test("a run's books are its manifest and the summaries of its batches", async () => {
  const manifest = sampleManifest({ batchCount: 2, expected: 20 });
  const second = sampleSummary({ batchIndex: 1 });
  const { reader } = bucket({
    [MANIFEST]: manifest,
    [FIRST_BATCH]: sampleSummary(),
    [SECOND_BATCH]: second,
    "runs/20261120T220000Z/batches/00000.json": {},
  });
  expect(await readRunBooks(reader, RUN_ID, never)).toEqual({
    manifest,
    summaries: [sampleSummary(), second],
  });
});

test("outcomes come in the order of run, CDP and attempt", async () => {
  const second = sampleOutcome({ attempt: 1 });
  const { reader } = bucket({
    [`outcomes/run=${RUN_ID}/cdp=7/0001.json`]: second,
    [OUTCOME]: sampleOutcome(),
  });
  expect(await readOutcomes(reader, never)).toEqual([sampleOutcome(), second]);
});

test("an object that is not what its key promises is named", async () => {
  const { reader } = bucket({ [OUTCOME]: { ...sampleOutcome(), attempt: -1 } });
  await expect(readOutcomes(reader, never)).rejects.toThrow(
    `${OUTCOME} is not what it should be: attempt `,
  );
  await expect(readRunBooks(reader, RUN_ID, never)).rejects.toThrow(
    `the data bucket has no ${MANIFEST}`,
  );
});

test("a watched run is counted as it grows, and no object is read twice", async () => {
  const { reader, gets, stored } = bucket({
    [MANIFEST]: sampleManifest({ batchCount: 2, expected: 20 }),
    [FIRST_BATCH]: sampleSummary(),
  });
  const watch = createRunWatch(reader, RUN_ID);
  const counts = { batchCount: 2, expected: 20 };
  expect(await watch.look(never)).toEqual({
    ...counts,
    batchesDone: 1,
    read: 10,
    candidates: 1,
    outcomes: 0,
  });
  stored.set(SECOND_BATCH, sampleSummary({ batchIndex: 1 }));
  stored.set(OUTCOME, sampleOutcome());
  expect(await watch.look(never)).toEqual({
    ...counts,
    batchesDone: 2,
    read: 20,
    candidates: 2,
    outcomes: 1,
  });
  expect(gets).toEqual([MANIFEST, FIRST_BATCH, SECOND_BATCH]);
});
