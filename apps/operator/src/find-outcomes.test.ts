import { type Outcome, outcomeKey } from "@weft/messages";
import { createObjectStore, createS3, type ObjectStore } from "@weft/store";
import { startFauxqs } from "fauxqs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { sampleOutcome } from "../test/sample-outcome.ts";
import { findOutcomes } from "./find-outcomes.ts";

const { signal } = new AbortController();
let server: Awaited<ReturnType<typeof startFauxqs>>;
let objects: ObjectStore;

const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);

async function put(outcome: Outcome): Promise<void> {
  await objects.putJson(outcomeKey(outcome.runId, outcome.cdpId, outcome.attempt), outcome, signal);
}

const ended = (runId: string, cdpId: string, attempt: number, endedAt: string) =>
  sampleOutcome({ runId, cdpId, attempt, times: { ...sampleOutcome().times, endedAt } });

beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  server = await startFauxqs({ port: 0, host: "127.0.0.1", logger: false });
  server.createBucket("data");
  const s3 = createS3({ region: "us-east-1", endpointUrl: `http://127.0.0.1:${server.port}` });
  objects = createObjectStore({ s3, bucket: "data" });
  await put(ended("20261120T105500Z", "#12#", 0, "2026-11-20T10:56:00Z"));
  await put(ended("20261120T110000Z", "#12#", 1, "2026-11-20T11:00:30Z"));
  await put(ended("20261120T110000Z", "#120#", 0, "2026-11-20T11:00:10Z"));
  await put(ended("20261120T125500Z", "#7#", 0, "2026-11-20T12:56:00Z"));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

async function found(from: string, to: string, cdpId: string | null): Promise<string[]> {
  const search = { fromMs: at(from), toMs: at(to), cdpId };
  const outcomes = await findOutcomes(objects, search, signal);
  return outcomes.map((outcome) => `${outcome.cdpId} ${outcome.attempt}`);
}

test("outcomes come in the order they ended, from the runs of the span alone", async () => {
  expect(await found("10:55:00", "13:00:00", null)).toEqual([
    "#12# 0",
    "#120# 0",
    "#12# 1",
    "#7# 0",
  ]);
  expect(await found("10:55:01", "12:00:00", null)).toEqual(["#120# 0", "#12# 1"]);
  expect(await found("13:00:00", "13:30:00", null)).toEqual([]);
});

test("of one CDP only its own are read, and not those of a longer id", async () => {
  expect(await found("10:00:00", "13:00:00", "#12#")).toEqual(["#12# 0", "#12# 1"]);
});

test("an object that is no outcome is named", async () => {
  const key = "outcomes/run=20261119T120000Z/cdp=9/0000.json";
  await objects.putJson(key, { version: 1 }, signal);
  const day = Date.parse("2026-11-19T12:00:00Z");
  await expect(
    findOutcomes(objects, { fromMs: day, toMs: day, cdpId: null }, signal),
  ).rejects.toMatchObject({ code: "stored_value_invalid", message: expect.stringContaining(key) });
});
