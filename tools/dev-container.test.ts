import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const RUNNER = fileURLToPath(new URL("dev-container.mjs", import.meta.url));
let home: string;
let children: ChildProcess[];

beforeEach(async () => {
  children = [];
  home = await mkdtemp(join(tmpdir(), "weft-dev-"));
  await cp(RUNNER, join(home, "dev-container.mjs"));
  await mkdir(join(home, "node_modules"));
  await mkdir(join(home, "tmp"));
  await mkdir(join(home, "seed/apps/indexer/src"), { recursive: true });
  await writeFile(join(home, "seed/apps/indexer/src/main.ts"), 'process.stdout.write("first\\n");');
});

afterEach(async () => {
  for (const child of children) {
    child.kill("SIGTERM");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  await rm(home, { recursive: true, force: true });
});

const start = () => {
  const child = spawn(process.execPath, [join(home, "dev-container.mjs")], {
    env: { TMPDIR: join(home, "tmp") },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface(child.stdout);
  const says = async (text: string) => {
    for (;;) {
      const [line] = (await once(lines, "line")) as [string];
      if (line === text) return line;
    }
  };
  return { child, says };
};

const synced = () => join(home, "tmp/weft/apps/indexer/src/main.ts");

it("runs the program, again when a source is synced, and stops when told to", async () => {
  const { child, says } = start();
  expect(await says("first")).toBe("first");
  const second = says("second");
  await writeFile(synced(), 'process.stdout.write("second\\n"); setTimeout(() => {}, 60_000);');
  expect(await second).toBe("second");
  child.kill("SIGTERM");
  await once(child, "exit");
});

it("keeps what was synced when the container starts again", async () => {
  await mkdir(join(home, "tmp/weft/apps/indexer/src"), { recursive: true });
  await writeFile(synced(), 'process.stdout.write("newer\\n");');
  const { says } = start();
  expect(await says("newer")).toBe("newer");
  expect(await readFile(synced(), "utf8")).toContain("newer");
});
