import type { Environment } from "./environment.ts";
import { EXIT_PERMANENT } from "./shutdown.ts";

/** The few things of the process that reading the configuration needs; `process` fits. */
export interface ConfigPort {
  readonly env: Environment;
  readonly stderr: { write(text: string): unknown };
  exitCode?: number | string | null | undefined;
}

/**
 * Reads the configuration before anything is opened. When it does not hold, every fault goes to standard error, the
 * process is set to exit with 1, and there is nothing to run.
 */
export function readConfig<T>(process: ConfigPort, parse: (env: Environment) => T): T | undefined {
  try {
    return parse(process.env);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = EXIT_PERMANENT;
    return undefined;
  }
}
