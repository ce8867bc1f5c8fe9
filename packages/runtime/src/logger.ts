import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

export interface LoggerOptions {
  readonly app: string;
  readonly version: string;
  /** The commit, where it is known. */
  readonly revision?: string | undefined;
  readonly level: (typeof LOG_LEVELS)[number];
  /** Where lines go; standard output unless told. */
  readonly destination?: DestinationStream;
}

/** JSON lines: the message is a constant, everything that varies is a field. */
export function createLogger({
  app,
  version,
  revision,
  level,
  destination,
}: LoggerOptions): Logger {
  const options = {
    level,
    base: { app, version, ...(revision === undefined ? {} : { revision }) },
    messageKey: "message",
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
