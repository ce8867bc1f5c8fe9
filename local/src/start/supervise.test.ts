import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sleep } from "@weft/runtime";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Child, type ChildSpec, lineOf, startChild } from "./child-process.ts";
import { createSupervisor } from "./supervise.ts";

const never = new AbortController().signal;
const READY = 'process.stdout.write("ready " + process.pid + "\\n");';
const STAY = "setTimeout(() => {}, 60_000);";
let folder: string;
let stop: () => Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-supervise-"));
});

afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

function supervise() {
  const watched = new Set<number>();
  const restarted: string[] = [];
  const supervisor = createSupervisor({
    launch: startChild,
    guard: {
      watch: (pid) => watched.add(pid),
      forget: (pid) => watched.delete(pid),
      close: () => {},
    },
    sleep: (_ms, signal) => sleep(0, signal),
    onRestart: (name, exit) => restarted.push(`${name} ${exit.signal ?? exit.code ?? exit.error}`),
  });
  stop = () => supervisor.stopAll(5_000);
  return { supervisor, watched, restarted };
}

const script = (name: string, code: string): ChildSpec => ({
  name,
  command: process.execPath,
  args: ["-e", code],
  env: {},
  logFile: join(folder, `${name}.log`),
});

const readyPid = (child: Child) =>
  lineOf(child, (line) => (line.startsWith("ready ") ? Number(line.slice(6)) : undefined), {
    withinMs: 10_000,
    signal: never,
  });

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("a kept child that is killed is started again and its new place told", async () => {
  const { supervisor, restarted } = supervise();
  const pids: number[] = [];
  const { promise: again, resolve } = Promise.withResolvers<void>();
  await supervisor.startKept(script("indexer-1", READY + STAY), readyPid, (pid) => {
    pids.push(pid);
    if (pids.length === 2) resolve();
  });
  process.kill(pids[0] ?? 0, "SIGKILL");
  await again;
  expect(pids[0]).not.toBe(pids[1]);
  expect(restarted).toEqual(["indexer-1 SIGKILL"]);
  expect(supervisor.restarts).toEqual(new Map([["indexer-1", 1]]));
});

test("a kept child that is replaced ends as it was asked to before its successor starts", async () => {
  const { supervisor } = supervise();
  const pids: number[] = [];
  const code = `process.once("SIGTERM", () => process.exit(0)); ${READY}${STAY}`;
  await supervisor.startKept(script("liquidator-1", code), readyPid, (pid) => pids.push(pid));
  expect(await supervisor.replaceKept("liquidator-1", 5_000)).toMatchObject({ code: 0 });
  expect(pids).toHaveLength(2);
  expect(pids.map(isAlive)).toEqual([false, true]);
  await expect(supervisor.replaceKept("liquidator-2", 5_000)).rejects.toThrow(
    "liquidator-2 is not kept",
  );
});

test("a replacement that never gets ready is told, not waited for", async () => {
  const { supervisor } = supervise();
  const flag = JSON.stringify(join(folder, "started"));
  const code = `const fs = require("node:fs");
    if (fs.existsSync(${flag})) { console.error("no key"); process.exit(1); }
    fs.writeFileSync(${flag}, ""); ${READY}${STAY}`;
  await supervisor.startKept(script("liquidator-1", code), readyPid, () => {});
  await expect(supervisor.replaceKept("liquidator-1", 5_000)).rejects.toThrow("aborted");
  expect(String(supervisor.failed.reason)).toContain("no key");
});

test("a kept child that is killed before it was ever ready is started again too", async () => {
  const { supervisor, restarted } = supervise();
  const flag = JSON.stringify(join(folder, "started"));
  const code = `const fs = require("node:fs");
    if (!fs.existsSync(${flag})) { fs.writeFileSync(${flag}, ""); process.kill(process.pid, "SIGKILL"); }
    ${READY}${STAY}`;
  const pids: number[] = [];
  await supervisor.startKept(script("liquidator-2", code), readyPid, (pid) => pids.push(pid));
  expect(pids).toHaveLength(1);
  expect(restarted).toEqual(["liquidator-2 SIGKILL"]);
});

test("a kept child that can never be ready again ends the run with its last lines", async () => {
  const { supervisor } = supervise();
  const flag = JSON.stringify(join(folder, "started"));
  const code = `const fs = require("node:fs");
    if (fs.existsSync(${flag})) { console.error("no key"); process.exit(1); }
    fs.writeFileSync(${flag}, ""); ${READY} setTimeout(() => process.exit(3), 20);`;
  await supervisor.startKept(script("liquidator-1", code), readyPid, () => {});
  await once(supervisor.failed, "abort");
  expect(String(supervisor.failed.reason)).toContain(
    "liquidator-1 ended with exit code 1 5 times in a row. Its last lines:\n    no key",
  );
});

test("a child that ends before it is ready is shown with the tail of its log", async () => {
  const { supervisor } = supervise();
  const spec = script(
    "simulator",
    'console.error("address already in use 127.0.0.1:80"); process.exit(1)',
  );
  await expect(supervisor.startEssential(spec, readyPid)).rejects.toThrow(
    `simulator ended with exit code 1. Its last lines:\n    address already in use 127.0.0.1:80\n  log: ${spec.logFile}`,
  );
  expect(await readFile(spec.logFile, "utf8")).toBe("address already in use 127.0.0.1:80\n");
});

test("the process id of a child lies in its file for as long as it runs", async () => {
  const { supervisor } = supervise();
  const pidFile = join(folder, "worker.pid");
  const spec = { ...script("worker", READY + STAY), pidFile };
  const pid = await supervisor.startEssential(spec, readyPid);
  expect(await readFile(pidFile, "utf8")).toBe(`${pid}\n`);
  await supervisor.stopAll(5_000);
  await expect(readFile(pidFile, "utf8")).rejects.toThrow("ENOENT");
});

test("a program that does not exist is named", async () => {
  const { supervisor } = supervise();
  const spec = { ...script("aws", ""), command: join(folder, "nothing") };
  await expect(supervisor.startEssential(spec, readyPid)).rejects.toThrow(
    /^aws could not be started: spawn .*nothing ENOENT/,
  );
});

test("a child that is silent for too long is shown", async () => {
  const { supervisor } = supervise();
  const waiting = supervisor.startEssential(script("aws", STAY), (child) =>
    lineOf(child, () => undefined, { withinMs: 100, signal: never }),
  );
  await expect(waiting).rejects.toThrow(
    "aws was not ready within 0.1 s. Its last lines:\n    (it wrote nothing)",
  );
});

test("the death of an essential child fails the run", async () => {
  const { supervisor } = supervise();
  const pid = await supervisor.startEssential(script("simulator", READY + STAY), readyPid);
  process.kill(pid, "SIGKILL");
  await once(supervisor.failed, "abort");
  expect(String(supervisor.failed.reason)).toContain("simulator was ended by SIGKILL");
});

test("stopping leaves nobody, not even one that ignores SIGTERM, and ends the servers last", async () => {
  const { supervisor, watched, restarted } = supervise();
  const ended: string[] = [];
  const deaf = `process.on("SIGTERM", () => {}); ${READY}${STAY}`;
  const pids: number[] = [];
  const server = { ...script("server", READY + STAY), stopTier: 1 };
  pids.push(
    await supervisor.startEssential(server, (child) => {
      void child.exited.then(() => ended.push("server"));
      return readyPid(child);
    }),
  );
  await supervisor.startKept(
    script("worker", deaf),
    (child) => {
      void child.exited.then(() => ended.push("worker"));
      return readyPid(child);
    },
    (pid) => pids.push(pid),
  );
  expect(pids.map(isAlive)).toEqual([true, true]);
  expect([...watched].sort()).toEqual([...pids].sort());
  await supervisor.stopAll(100);
  expect(pids.map(isAlive)).toEqual([false, false]);
  expect(ended).toEqual(["worker", "server"]);
  expect(watched.size).toBe(0);
  expect(restarted).toEqual([]);
});

test("a starter that is killed outright takes its children with it", async () => {
  stop = async () => {};
  const file = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
  const starter = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `const { startGuard } = await import(${file("./guard.ts")});
       const { startChild } = await import(${file("./child-process.ts")});
       const guard = startGuard(process.execPath);
       const child = startChild({ name: "c", command: process.execPath, env: {},
         args: ["-e", ${JSON.stringify(READY + STAY)}], logFile: ${JSON.stringify(join(folder, "c.log"))} });
       guard.watch(child.pid);
       child.onLine(() => process.stdout.write(child.pid + "\\n"));
       setTimeout(() => {}, 60_000);`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [chunk] = (await once(starter.stdout, "data")) as [Buffer];
  const pid = Number(chunk.toString());
  expect(isAlive(pid)).toBe(true);
  starter.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 8_000 }).toBe(false);
});

test("an essential child that ends with another code than 0 has found something wrong, which the stop tells", async () => {
  const { supervisor } = supervise();
  const code = `process.once("SIGTERM", () => { console.error("two together"); process.exit(1); });${READY}${STAY}`;
  await supervisor.startEssential(script("simulator", code), readyPid);
  await expect(supervisor.stopAll(5_000)).rejects.toThrow(
    /^simulator ended with exit code 1. Its last lines:\n(.|\n)*two together/,
  );
  stop = () => Promise.resolve();
});
