import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

/** What a program wrote, both ways, and how it ended. */
export interface Ending {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs to the end, whatever that is. @throws {Error} when there is no such program */
export async function attempt(
  program: string,
  args: readonly string[],
  { cwd, env }: RunOptions,
): Promise<Ending> {
  const options = { cwd, maxBuffer: OUTPUT_LIMIT_BYTES, ...(env ? { env } : {}) };
  try {
    return { ...(await execute(program, args, options)), code: 0 };
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as Partial<Ending> & Error;
    if (typeof code === "number") return { stdout, stderr, code };
    throw new Error(`${program} cannot be run: ${(error as Error).message}`);
  }
}

/** @returns what it wrote, without the last line's end. @throws {Error} with its own words when it fails */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  const { stdout, stderr, code } = await attempt(program, args, options);
  if (code === 0) return stdout.trimEnd();
  const said = stderr.trim() || stdout.trim();
  throw new Error(`${program} ${args.slice(0, 3).join(" ")} ended with ${code}: ${said}`);
}
