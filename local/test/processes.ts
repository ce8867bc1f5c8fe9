import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process under test. */
export interface Started {
  readonly pid: number;
  /** Resolves when it has ended and said all it had to say; never rejects. */
  readonly ended: Promise<Ended>;
  /** The first line of its standard output that matches, past or to come; rejects when it ends without one. */
  line(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

export interface ProcessSpec {
  readonly command?: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>;
}

const running = new Set<Started>();

export function startProcess({ command = process.execPath, args, env = {} }: ProcessSpec): Started {
  const child = spawn(command, [...args], { env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    for (const listener of listeners) listener(line);
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const { promise: ended, resolve } = Promise.withResolvers<Ended>();
  child.once("close", (code, signal) => {
    running.delete(started);
    resolve({ code, signal, stdout: lines.map((line) => `${line}\n`).join(""), stderr });
  });
  const started: Started = {
    pid: child.pid ?? 0,
    ended,
    line: (pattern) =>
      new Promise((found, missed) => {
        const past = lines.find((line) => pattern.test(line));
        if (past !== undefined) found(past);
        listeners.add((line) => pattern.test(line) && found(line));
        void ended.then(({ code, stdout }) =>
          missed(new Error(`ended with ${code} and never said ${pattern}:\n${stdout}${stderr}`)),
        );
      }),
    kill: (signal) => void child.kill(signal),
  };
  running.add(started);
  return started;
}

export function runToEnd(spec: ProcessSpec): Promise<Ended> {
  return startProcess(spec).ended;
}

/** For the end of a test file: SIGTERM lets `npm start` take its own children along. */
export async function endAll(): Promise<void> {
  await Promise.all(
    [...running].map((process) => {
      process.kill("SIGTERM");
      return process.ended;
    }),
  );
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
