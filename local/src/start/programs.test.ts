import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "@weft/runtime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startChild } from "./child-process.ts";
import { dispatchOnce, scheduledMinute } from "./dispatch.ts";
import { createPrograms } from "./programs.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";
import { createSupervisor, type Supervisor } from "./supervise.ts";

const never = new AbortController().signal;
let root: string;
let folder: RunFolder;
let supervisor: Supervisor;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "weft-programs-"));
  folder = await createRunFolder({ root, startedAtMs: 0, seed: 1 });
  supervisor = createSupervisor({
    launch: startChild,
    guard: { watch: () => {}, forget: () => {}, close: () => {} },
    sleep,
    onRestart: () => {},
  });
});

afterEach(async () => {
  await supervisor.stopAll(5_000);
  await rm(root, { recursive: true, force: true });
});

const programs = () =>
  createPrograms({
    repositoryRoot: root,
    nodePath: process.execPath,
    baseVariables: {},
    folder,
    sleep,
    signal: never,
  });

async function program(path: string, code: string): Promise<void> {
  await mkdir(join(root, path, ".."), { recursive: true });
  await writeFile(join(root, path), code);
}

test("a server is ready when it says where it listens", async () => {
  await program(
    "local/src/simulator/main.ts",
    `console.log("not json"); console.log(JSON.stringify({ event: "listening", url: process.env.URL }));
     setTimeout(() => {}, 60_000);`,
  );
  const made = programs();
  const spec = made.server("simulator", { URL: "http://127.0.0.1:9" });
  const { url } = await supervisor.startEssential(spec, (child) =>
    made.listening<{ url: string }>(child),
  );
  expect(url).toBe("http://127.0.0.1:9");
});

test("a server has room before it collects; an app is started as its image starts it", () => {
  const made = programs();
  expect(made.server("simulator", {}).args).toEqual([
    "--initial-old-space-size=512",
    join(root, "local/src/simulator/main.ts"),
  ]);
  expect(made.app("indexer", "indexer-1", {}).args).toEqual([join(root, "build/indexer/main.mjs")]);
});

test("an app is ready when its own ops server says so, not before", async () => {
  await program(
    "build/indexer/main.mjs",
    `import { createServer } from "node:http";
     let asked = 0;
     const server = createServer((request, response) => {
       asked += 1;
       response.writeHead(request.url === "/readyz" && asked > 2 ? 200 : 503).end();
       if (asked > 2) console.log("asked " + asked);
     });
     server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({
       message: "ops server listening", url: "http://127.0.0.1:" + server.address().port })));`,
  );
  const made = programs();
  const urls: string[] = [];
  await supervisor.startKept(
    made.app("indexer", "indexer-1", {}),
    (child) => made.ready(child),
    (url) => urls.push(url),
  );
  expect(urls).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)]);
  // What it says goes through a pipe, and may reach its log after its answer reached us.
  await vi.waitFor(async () =>
    expect(await readFile(folder.logFile("indexer-1"), "utf8")).toContain("asked 3"),
  );
});

test("an app that dies before it is ready is shown", async () => {
  await program(
    "build/indexer/main.mjs",
    `console.error("bad environment"); console.log(JSON.stringify({
       message: "ops server listening", url: "http://127.0.0.1:1" }));
     setTimeout(() => process.exit(1), 100);`,
  );
  const made = programs();
  const starting = supervisor.startKept(
    made.app("indexer", "indexer-1", {}),
    (child) => made.ready(child),
    () => {},
  );
  await expect(starting).rejects.toThrow("indexer-1 ended with exit code 1. Its last lines:");
});

const dispatch = (signal = never) =>
  dispatchOnce(Date.UTC(2026, 10, 20, 21, 55), {
    programs: programs(),
    supervisor,
    variables: { COUNT_FILE: join(root, "count") },
    sleep: (_ms, aborted) => sleep(0, aborted),
    signal,
  });

/** Ends with the exit codes in turn, and notes how it was scheduled. */
const dispatcher = (codes: readonly number[]) => `
  import { appendFileSync, readFileSync } from "node:fs";
  appendFileSync(process.env.COUNT_FILE, process.env.SCHEDULED_AT + "\\n");
  const tries = readFileSync(process.env.COUNT_FILE, "utf8").trim().split("\\n").length;
  console.error("try " + tries);
  process.exitCode = ${JSON.stringify(codes)}[tries - 1];`;

test("a dispatcher that may work next time is run again for the same minute", async () => {
  await program("build/dispatcher/main.mjs", dispatcher([75, 0]));
  await dispatch();
  expect(await readFile(join(root, "count"), "utf8")).toBe(
    "2026-11-20T21:55:00.000Z\n2026-11-20T21:55:00.000Z\n",
  );
});

test.each([
  [[1], "dispatcher ended with exit code 1. Its last lines:\n    try 1"],
  [[75, 75, 75, 0], "dispatcher ended with exit code 75. Its last lines:\n    try 3"],
])("exit codes %j end the run", async (codes, message) => {
  await program("build/dispatcher/main.mjs", dispatcher(codes));
  await expect(dispatch()).rejects.toThrow(message);
});

test("a run is scheduled at the minute that has begun", () => {
  expect(scheduledMinute(Date.UTC(2026, 10, 20, 21, 55, 59, 999))).toBe(
    Date.UTC(2026, 10, 20, 21, 55),
  );
});
