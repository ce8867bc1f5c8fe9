import { execFile } from "node:child_process";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { COMMANDS } from "./commands.ts";
import { inFolder } from "./test/recorded-job.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");

test.each(Object.keys(COMMANDS))("%s is there", async (name) => {
  expect(await COMMANDS[name]?.()).toBeTypeOf("function");
});

test.each(["comment", "report-drift"])(
  "%s needs no package: nothing is installed beside a token that may write",
  async (name) => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, "tools"));
      await cp(join(ROOT, "tools/delivery"), join(folder, "tools/delivery"), { recursive: true });
      await cp(join(ROOT, "package.json"), join(folder, "package.json"));
      const main = join(folder, "tools/delivery/main.ts");
      await expect(run(process.execPath, [main, name], { env: {} })).rejects.toMatchObject({
        stderr: expect.stringMatching(/^set [A-Z_]+: /),
      });
    });
  },
);
