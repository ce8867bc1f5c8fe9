import { describe, expect, it, test } from "vitest";
import { type ConfigBook, configInForce } from "./market.ts";

const NOW = 1_000n;

function book(expiresAtSeconds: bigint | null): ConfigBook<string> {
  const old = { id: 3, config: "touched with", version: 7n, expiresAtSeconds };
  const current = { id: 3, config: "current", version: 9n, expiresAtSeconds: null };
  return { current: new Map([[3, current]]), history: new Map([[7n, old]]) };
}

describe("configInForce", () => {
  test.each([
    ["never expires", null, "touched with"],
    ["expires later", 1_001n, "touched with"],
    ["expires this second", 1_000n, "current"],
    ["expired long ago", 1n, "current"],
  ])("an entry that %s", (_when, expiresAtSeconds, config) => {
    expect(configInForce(book(expiresAtSeconds), 7n, NOW)).toBe(config);
  });

  it("has nothing for a version that was never written", () => {
    expect(configInForce(book(null), 8n, NOW)).toBeUndefined();
  });

  it("has nothing for an expired entry that nothing has taken the place of", () => {
    const orphan = { ...book(1n), current: new Map() };
    expect(configInForce(orphan, 7n, NOW)).toBeUndefined();
  });
});
