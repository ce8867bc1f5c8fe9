import type { Environment } from "./environment.ts";
import { createLogger, type Logger, type LoggerOptions } from "./logger.ts";
import { type ConfigPort, readConfig } from "./read-config.ts";
import { VERSION } from "./release.ts";
import { type ProcessPort, runProcess } from "./shutdown.ts";

/** What every program's configuration holds. */
interface LogConfig {
  readonly LOG_LEVEL: LoggerOptions["level"];
  readonly REVISION: string;
}

export interface StartProgramOptions<Config extends LogConfig> {
  readonly process: ProcessPort & ConfigPort;
  readonly app: string;
  readonly parse: (env: Environment) => Config;
  /** After SIGTERM the program has this long to end by itself; milliseconds. */
  readonly gracePeriodMs: number;
  /** Ends when it is done, or soon after `stop` aborts. */
  readonly run: (config: Config, log: Logger, stop: AbortSignal) => Promise<void>;
}

/** From the environment to the exit code: nothing is opened before the whole configuration holds. */
export async function startProgram<Config extends LogConfig>(
  options: StartProgramOptions<Config>,
): Promise<void> {
  const { process, app, parse, gracePeriodMs, run } = options;
  const config = readConfig(process, parse);
  if (config === undefined) return;
  const { LOG_LEVEL: level, REVISION: revision } = config;
  const log = createLogger({ app, version: VERSION, revision, level });
  await runProcess({ process, log, gracePeriodMs, app: (stop) => run(config, log, stop) });
}
