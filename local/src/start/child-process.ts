import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { RunFailure } from "./failure.ts";

/** A program to run: what it is called here, how it is started, where its output goes. */
export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Holds the process id while the process runs. */
  readonly pidFile?: string;
  /** Children of a lower tier are stopped, to the end, before those of a higher: 0 unless told. */
  readonly stopTier?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Set when it could not be started at all. */
  readonly error: string | null;
}

/** A process of ours. Its whole output is in the log file; the last lines are at hand. */
export interface Child {
  readonly spec: ChildSpec;
  readonly pid: number | undefined;
  /** Resolves when the process has ended and its output is written; never rejects. */
  readonly exited: Promise<Exit>;
  onLine(listener: (line: string) => void): void;
  tail(): readonly string[];
  /** Asks it to stop and kills it after the grace period. */
  stop(graceMs: number): Promise<Exit>;
  kill(): void;
}

const TAIL_LINES = 20;

/**
 * Starts a program in a process group of its own: Ctrl-C at the terminal reaches the starter alone,
 * which then stops everything in order.
 */
export function startChild(spec: ChildSpec): Child {
  const child = spawn(spec.command, [...spec.args], {
    env: { ...spec.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const { pidFile } = spec;
  if (pidFile !== undefined && child.pid !== undefined) writeFileSync(pidFile, `${child.pid}\n`);
  const tail: string[] = [];
  const listeners: ((line: string) => void)[] = [];
  const written = keepOutput(child, spec.logFile, (line) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    for (const listener of listeners) listener(line);
  });
  const exited = new Promise<Exit>((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error: error.message }));
    child.once("close", (code, signal) => {
      if (pidFile !== undefined) rmSync(pidFile, { force: true });
      void written().then(() => resolve({ code, signal, error: null }));
    });
  });
  return {
    spec,
    pid: child.pid,
    exited,
    onLine: (listener) => listeners.push(listener),
    tail: () => [...tail],
    kill: () => child.kill("SIGKILL"),
    async stop(graceMs) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
  };
}

function keepOutput(child: ChildProcess, logFile: string, onLine: (line: string) => void) {
  const log = createWriteStream(logFile, { flags: "a" });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    stream.pipe(log, { end: false });
    createInterface({ input: stream }).on("line", onLine);
  }
  return () => new Promise<void>((resolve) => log.end(() => resolve()));
}

export function describeExit({ code, signal, error }: Exit): string {
  if (error !== null) return `could not be started: ${error}`;
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

/** What happened to a child, with the last lines it wrote and where the rest is. */
export function childFailure(child: Child, what: string): RunFailure {
  const tail = child.tail().map((line) => `    ${line}`);
  const said = tail.length === 0 ? ["    (it wrote nothing)"] : tail;
  return new RunFailure(
    [`${child.spec.name} ${what}. Its last lines:`, ...said, `  log: ${child.spec.logFile}`].join(
      "\n",
    ),
  );
}

/**
 * Waits for the first line that `pick` recognises.
 * @throws {RunFailure} when the child ends first, or says nothing of the kind in time
 */
export async function lineOf<T>(
  child: Child,
  pick: (line: string) => T | undefined,
  options: { readonly withinMs: number; readonly signal: AbortSignal },
): Promise<T> {
  const { withinMs, signal } = options;
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(
    () => reject(childFailure(child, `was not ready within ${withinMs / 1_000} s`)),
    withinMs,
  );
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  child.onLine((line) => {
    const picked = pick(line);
    if (picked !== undefined) resolve(picked);
  });
  void child.exited.then((exit) => reject(childFailure(child, describeExit(exit))));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
