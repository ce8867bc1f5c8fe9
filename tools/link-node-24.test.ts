import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A checkout with the script and, if told, the Node package of this platform. */
function checkout({ withNode }: { withNode: boolean }) {
  const folder = mkdtempSync(join(tmpdir(), "link-node-"));
  folders.push(folder);
  cpSync(new URL("./link-node-24.cjs", import.meta.url), join(folder, "tools/link-node-24.cjs"));
  if (withNode) {
    const bin = join(folder, `node_modules/node-${process.platform}-${process.arch}/bin`);
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "node"), "");
  }
  const link = join(folder, "node_modules/.bin/node");
  return {
    link,
    run: () => execFileSync(process.execPath, [join(folder, "tools/link-node-24.cjs")]),
  };
}

describe.skipIf(process.platform === "win32")("link-node-24", () => {
  it("puts back the link that npm 10 takes away", () => {
    const { link, run } = checkout({ withNode: true });
    run();
    expect(readlinkSync(link)).toBe(`../node-${process.platform}-${process.arch}/bin/node`);
  });

  it("leaves a link alone that is there", () => {
    const { link, run } = checkout({ withNode: true });
    run();
    run();
    expect(readlinkSync(link)).toBe(`../node-${process.platform}-${process.arch}/bin/node`);
  });

  it("makes no link to what is not installed", () => {
    const { link, run } = checkout({ withNode: false });
    run();
    expect(existsSync(link)).toBe(false);
  });
});
