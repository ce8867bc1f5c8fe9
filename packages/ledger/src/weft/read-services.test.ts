import { describe, expect, test } from "vitest";
import { BTC, USDC } from "../../test/samples.ts";
import { bool, map, reference, struct, tuple, u8, variant } from "../../test/sbor.ts";
import type { SborNode } from "../sbor/node.ts";
import { addSwitchedOff, switchesOf } from "./read-services.ts";

/** A status in which one service is off and another on. */
const off = (service: number, enabled = false, locked = false): SborNode =>
  tuple(
    map(
      [variant(service), struct({ enabled: bool(enabled), locked: bool(locked) })],
      [variant(0), struct({ enabled: bool(true), locked: bool(false) })],
    ),
  );

function switches(
  loans: readonly (readonly [SborNode, SborNode])[],
  collaterals: readonly (readonly [SborNode, SborNode])[] = [],
) {
  const [loansOff, collateralsOff] = [loans, collaterals].map((entries) => {
    const found = new Set<string>();
    for (const [key, value] of entries) addSwitchedOff(found, key, value);
    return found;
  }) as [Set<string>, Set<string>];
  return switchesOf(loansOff, collateralsOff);
}

describe("a loan may be repaid", () => {
  test.each([
    ["with no switch at all", [], [true, true]],
    ["unless it is off for all", [[variant(0), off(3)]], [false, false]],
    ["unless it is off for the asset", [[variant(1, reference(USDC)), off(3)]], [false, true]],
    ["when only another service is off", [[variant(0), off(2)]], [true, true]],
    ["when it is locked but on", [[variant(0), off(3, true, true)]], [true, true]],
  ] as const)("%s", (_when, entries, expected) => {
    const { mayRepay } = switches(entries as never);
    expect([mayRepay(USDC), mayRepay(BTC)]).toEqual(expected);
  });

  test("for an NFT by a switch of its own", () => {
    const { mayRepay, mayRepayForNft } = switches([[variant(0), off(4)]]);
    expect([mayRepay(USDC), mayRepayForNft(USDC)]).toEqual([true, false]);
  });
});

describe("collateral may be taken", () => {
  const kinds = ["resource", "nft", "lsu", "claim_nft"] as const;
  test.each(kinds.map((kind, level) => [kind, level] as const))(
    "unless its kind is off: %s",
    (kind, level) => {
      const { mayRemove } = switches([], [[variant(level), off(3)]]);
      expect(kinds.filter((one) => !mayRemove(USDC, one))).toEqual([kind]);
    },
  );

  test.each([
    [4, ["resource", "lsu"]],
    [5, ["nft", "claim_nft"]],
  ] as const)("unless it is off for that resource, at level %i", (level, kindsOff) => {
    const { mayRemove } = switches([], [[variant(level, reference(USDC)), off(3)]]);
    expect(kinds.filter((one) => !mayRemove(USDC, one))).toEqual(kindsOff);
    expect(kinds.filter((one) => !mayRemove(BTC, one))).toEqual([]);
  });
});

test("a switch that cannot be read is an error, not a guess", () => {
  expect(() => addSwitchedOff(new Set(), variant(0), tuple(u8("1")))).toThrow("not a Map");
});
