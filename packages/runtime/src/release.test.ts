import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { VERSION } from "./release.ts";

it("is what the workspace says of itself", async () => {
  const root = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
  expect(VERSION).toBe(JSON.parse(root).version);
});
