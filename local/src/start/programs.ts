import { join } from "node:path";
import type { Sleep } from "@weft/runtime";
import { type Child, type ChildSpec, childFailure, describeExit, lineOf } from "./child-process.ts";
import type { App, Variables } from "./environments.ts";
import type { RunFolder } from "./run-folder.ts";

/** How the processes of the stack are started, and how it is known that they are ready. */
export interface Programs {
  server(name: "aws" | "simulator", variables: Variables): ChildSpec;
  app(app: App, name: string, variables: Variables): ChildSpec;
  /** The JSON line with which a server says where it listens. */
  listening<T>(child: Child): Promise<T>;
  /** The base URL of an app's ops server, once the app calls itself ready. */
  ready(child: Child): Promise<string>;
}

export interface ProgramsOptions {
  readonly repositoryRoot: string;
  readonly nodePath: string;
  /** What any process needs of its surroundings, such as PATH. */
  readonly baseVariables: Variables;
  readonly folder: RunFolder;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
}

/** Drawing a large book takes its time. */
const SERVER_WITHIN_MS = 120_000;
const APP_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 50;
/**
 * Mebibytes of old objects before the first full collection. Left to itself Node collects a server's whole book each few
 * seconds while load sets in, on the cores that the programs work on.
 */
const SERVER_HEAP = "--initial-old-space-size=512";

export function createPrograms(options: ProgramsOptions): Programs {
  const { repositoryRoot, nodePath, baseVariables, folder, sleep, signal } = options;
  const spec = (name: string, args: readonly string[], variables: Variables): ChildSpec => ({
    name,
    command: nodePath,
    args,
    env: { ...baseVariables, ...variables },
    logFile: folder.logFile(name),
    pidFile: folder.pidFile(name),
  });
  return {
    server: (name, variables) => ({
      ...spec(name, [SERVER_HEAP, join(repositoryRoot, `local/src/${name}/main.ts`)], variables),
      stopTier: 1,
    }),
    app: (app, name, variables) =>
      spec(name, [join(repositoryRoot, `build/${app}/main.mjs`)], variables),
    listening: <T>(child: Child) =>
      lineOf(child, listeningLine, { withinMs: SERVER_WITHIN_MS, signal }) as Promise<T>,
    async ready(child) {
      const url = await lineOf(child, opsUrlLine, { withinMs: APP_WITHIN_MS, signal });
      await untilReady(child, url, sleep, signal);
      return url;
    },
  };
}

async function untilReady(
  child: Child,
  url: string,
  sleep: Sleep,
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  void child.exited.then((exit) => ended.abort(childFailure(child, describeExit(exit))));
  const late = AbortSignal.timeout(APP_WITHIN_MS);
  const waiting = AbortSignal.any([signal, ended.signal, late]);
  while (!(await answersReady(url, waiting))) {
    await sleep(ASK_EVERY_MS, waiting);
    signal.throwIfAborted();
    ended.signal.throwIfAborted();
    if (late.aborted) throw childFailure(child, `was not ready within ${APP_WITHIN_MS / 1_000} s`);
  }
}

async function answersReady(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Not listening any more, or told to stop waiting: the caller looks at which.
    return false;
  }
}

function jsonLine(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function listeningLine(line: string): unknown {
  const parsed = jsonLine(line);
  return parsed?.event === "listening" ? parsed : undefined;
}

function opsUrlLine(line: string): string | undefined {
  const parsed = jsonLine(line);
  const { message, url } = parsed ?? {};
  return message === "ops server listening" && typeof url === "string" ? url : undefined;
}
