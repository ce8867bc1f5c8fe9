import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Started, startProcess } from "./processes.ts";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

/** `npm start` as a person has it after the build, with the folder that it leaves behind. */
export interface Start extends Started {
  /** Where `--report` goes. */
  readonly reportFile: string;
  /** The folder of the run, once there is one. */
  folder(): Promise<string>;
  report(): Promise<unknown>;
  /** What one program gets by environment, once all are ready. */
  variables(app: "dispatcher" | "indexer" | "liquidator"): Promise<Record<string, string>>;
  /** Process id of one of its children. */
  pidOf(name: string): Promise<number>;
}

/**
 * A working copy with nothing of its own but `.weft`: the rest are links, so that what a run leaves goes away with it,
 * and runs of one seed do not meet.
 */
async function createWorkingCopy(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "weft-start-"));
  copies.push(copy);
  for (const name of ["local", "build", "node_modules"]) {
    await symlink(join(REPOSITORY, name), join(copy, name));
  }
  return copy;
}

const copies: string[] = [];

export async function removeWorkingCopies(): Promise<void> {
  await Promise.all(copies.splice(0).map((copy) => rm(copy, { recursive: true, force: true })));
}

export async function npmStart(flags: readonly string[]): Promise<Start> {
  const copy = await createWorkingCopy();
  const reportFile = join(copy, "report.json");
  const started = startProcess({
    // The link is taken for what it says, so that the copy is the root of the repository.
    args: [
      "--preserve-symlinks-main",
      join(copy, "local/src/start/main.ts"),
      ...flags,
      ...["--report", reportFile],
    ],
  });
  const folder = async () => {
    const [name] = await readdir(join(copy, ".weft/runs"));
    return join(copy, ".weft/runs", name ?? "");
  };
  return {
    ...started,
    reportFile,
    folder,
    report: async () => JSON.parse(await readFile(reportFile, "utf8")) as unknown,
    variables: async (app) => parseExports(await readFile(await envFile(folder, app), "utf8")),
    pidOf: async (name) => Number(await readFile(join(await folder(), `${name}.pid`), "utf8")),
  };
}

export const envFile = async (folder: () => Promise<string>, app: string) =>
  join(await folder(), `env.${app}.sh`);

function parseExports(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [
      name ?? "",
      value ?? "",
    ]),
  );
}
