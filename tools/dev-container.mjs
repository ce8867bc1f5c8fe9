// Runs a program from its sources, and again whenever file sync has put a changed one there. The command of the image `dev`.
import { spawn } from "node:child_process";
import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { dirname: home } = import.meta;
const folder = join(tmpdir(), "weft");

await mkdir(folder, { recursive: true });
// What was synced before the container restarted is newer than what the image has.
await cp(join(home, "seed"), folder, { recursive: true, force: false });
await symlink(join(home, "node_modules"), join(folder, "node_modules")).catch((error) => {
  if (error.code !== "EEXIST") throw error;
});
const [app] = await readdir(join(folder, "apps"));
const program = spawn(process.execPath, ["--watch", join("apps", app, "src/main.ts")], {
  cwd: folder,
  stdio: "inherit",
});
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => program.kill(signal));
program.on("exit", (code) => process.exit(code ?? 0));
