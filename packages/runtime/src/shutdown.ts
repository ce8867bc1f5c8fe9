import { AppError } from "./app-error.ts";
import type { Logger } from "./logger.ts";

/** The few things of the process that running an app needs; `process` fits. */
export interface ProcessPort {
  once(event: "SIGTERM" | "SIGINT", listener: () => void): unknown;
  once(
    event: "uncaughtException" | "unhandledRejection",
    listener: (error: unknown) => void,
  ): unknown;
  exit(code: number): void;
}

export interface RunProcessOptions {
  readonly process: ProcessPort;
  readonly log: Logger;
  /** After SIGTERM the app has this long to end by itself; milliseconds. */
  readonly gracePeriodMs: number;
  /** The app: ends when it is done, or soon after `stop` aborts. */
  readonly app: (stop: AbortSignal) => Promise<void>;
}

/** Will fail again until a person changes something. */
export const EXIT_PERMANENT = 1;
/** May work next time (EX_TEMPFAIL). */
export const EXIT_TEMPORARY = 75;

/**
 * Runs an app to its end and exits the process: 0 when it ended as asked, 75 when it failed or overran
 * its grace period, 1 when what it failed of will not heal by itself.
 * Whatever nobody caught is fatal: going on after it would be guessing.
 */
export async function runProcess(options: RunProcessOptions): Promise<void> {
  const { process, log, gracePeriodMs, app } = options;
  const stop = new AbortController();
  const fail = (message: string, err: unknown) => {
    log.fatal({ err }, message);
    process.exit(
      err instanceof AppError && err.disposition === "park" ? EXIT_PERMANENT : EXIT_TEMPORARY,
    );
  };
  const onSignal = (signal: string) => () => {
    log.info({ signal, gracePeriodMs }, "stopping");
    stop.abort(new Error(`received ${signal}`));
    setTimeout(() => fail("grace period over", undefined), gracePeriodMs).unref();
  };
  process.once("SIGTERM", onSignal("SIGTERM"));
  process.once("SIGINT", onSignal("SIGINT"));
  process.once("uncaughtException", (error) => fail("uncaught exception", error));
  process.once("unhandledRejection", (error) => fail("unhandled rejection", error));
  try {
    await app(stop.signal);
  } catch (err) {
    fail("app failed", err);
    return;
  }
  log.info("stopped");
  process.exit(0);
}
