import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { inFolder } from "./test/synthesized.ts";

const run = promisify(execFile);
const MAIN = new URL("./main.ts", import.meta.url).pathname;
/** No credentials, and no way to look for any. */
const infra = (...words: string[]) =>
  run(process.execPath, [MAIN, ...words], { env: { AWS_EC2_METADATA_DISABLED: "true" } });

test("an environment is synthesized, and compared with what was saved, without an account", async () => {
  await inFolder(async (folder) => {
    const [out, saved] = [join(folder, "out"), join(folder, "saved")];
    await infra("synth", "stokenet", "--out", out);
    await cp(out, saved, { recursive: true });
    const data = join(saved, "data.template.json");
    const before = await readFile(data, "utf8");
    await writeFile(data, before.replace('"VisibilityTimeout": 60', '"VisibilityTimeout": 45'));
    const { stdout } = await infra("diff", "stokenet", "--out", out, "--against", saved);
    expect(stdout.split("\n").slice(1)).toEqual([
      expect.stringMatching(
        /^~ data: AWS::SQS::Queue liquidationqueue\w+ Properties.VisibilityTimeout: 45 → 60$/,
      ),
      "",
    ]);
  });
}, 180_000);

test("an environment that is not on AWS, or not there, is refused by name", async () => {
  await expect(infra("synth", "kind")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^kind: name one of stokenet, mainnet\n/),
  });
}, 180_000);
