import { collectDefaultMetrics, Registry } from "prom-client";
import { AppError } from "./app-error.ts";
import { createHeartbeat, type Heartbeat } from "./heartbeat.ts";
import type { Logger } from "./logger.ts";
import { createOpsServer } from "./ops-server.ts";
import { persist } from "./persist.ts";
import { createReadiness } from "./readiness.ts";
import { showBuildInfo } from "./release.ts";
import { sleep } from "./sleep.ts";

/** The receive loop beats at least once per long poll; three polls without a beat are a loop that stands. */
const MAX_HEARTBEAT_AGE_MS = 60_000;
/** Between tries of a dependency that does not answer at the start. */
const START_PAUSE_MS = 2_000;

/** What the shell gives the work. */
export interface WorkerShell<Part extends string> {
  /** What `/metrics` shows. */
  readonly registry: Registry;
  readonly log: Logger;
  readonly stop: AbortSignal;
  readonly heartbeat: Heartbeat;
  /**
   * Asks a dependency until it answers, alive and not ready meanwhile, and counts it as ready then.
   * @throws what it answers with when that will not heal by itself
   */
  untilItAnswers<T>(part: Part, step: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export interface RunWorkerOptions<Part extends string> {
  readonly app: string;
  readonly ops: {
    readonly OPS_HOST: string;
    readonly OPS_PORT: number;
    readonly REVISION: string;
  };
  /** What has to answer once before the process is ready. */
  readonly parts: readonly Part[];
  readonly log: Logger;
  readonly stop: AbortSignal;
  /** Ends soon after `stop` aborts. */
  readonly work: (shell: WorkerShell<Part>) => Promise<void>;
}

/**
 * Runs the work of a long-running program inside its shell: the ops server answers from the first moment to the last.
 * @throws {AppError} `ops_port_unavailable` (park) when the ops server cannot listen
 */
export async function runWorker<Part extends string>(
  options: RunWorkerOptions<Part>,
): Promise<void> {
  const { app, ops, parts, log, stop, work } = options;
  const registry = new Registry();
  // The check after a release goes by when a process started.
  collectDefaultMetrics({ register: registry });
  showBuildInfo(registry, { app, revision: ops.REVISION });
  const heartbeat = createHeartbeat(() => performance.now());
  const readiness = createReadiness(parts);
  const server = createOpsServer({
    registry,
    heartbeat,
    maxHeartbeatAgeMs: MAX_HEARTBEAT_AGE_MS,
    readiness,
  });
  const url = await server.listen({ host: ops.OPS_HOST, port: ops.OPS_PORT }).catch((cause) => {
    const where = `${ops.OPS_HOST}:${ops.OPS_PORT}`;
    const message = `cannot listen on ${where}: ${(cause as Error).message}; set OPS_PORT to a free port`;
    throw new AppError("ops_port_unavailable", message, { disposition: "park", cause });
  });
  log.info({ url }, "ops server listening");
  stop.addEventListener("abort", () => readiness.markStopping(), { once: true });

  const untilItAnswers = async <T>(part: Part, step: (signal: AbortSignal) => Promise<T>) => {
    const onFailure = (err: unknown) => {
      heartbeat.beat();
      log.warn({ err, part }, "not answering yet");
    };
    const answer = await persist({ step, onFailure, pauseMs: START_PAUSE_MS, sleep, signal: stop });
    readiness.markReady(part);
    return answer;
  };

  try {
    await work({ registry, log, stop, heartbeat, untilItAnswers });
  } catch (error) {
    // Asked to stop while something did not answer yet: an ordinary end.
    if (!stop.aborted) throw error;
  } finally {
    await server.close();
  }
}
