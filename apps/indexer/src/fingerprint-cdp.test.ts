import { type Cdp, parseDecimal } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import { xrdCdp } from "../test/builders.ts";
import { fingerprintCdp } from "./fingerprint-cdp.ts";

const cdp = xrdCdp("#7#", "10", "20");
const loan = { units: parseDecimal("10"), configVersion: 1n };
const collateral = {
  amount: parseDecimal("20"),
  entryVersion: 1n,
  efficiencyMode: { kind: "none" },
} as const;

describe("fingerprintCdp", () => {
  it("is the same for the same CDP, whatever the order of its resources", () => {
    const one = {
      ...cdp,
      loans: new Map([
        ["a", loan],
        ["b", loan],
      ]),
    };
    const other = {
      ...cdp,
      loans: new Map([
        ["b", loan],
        ["a", loan],
      ]),
    };
    expect(fingerprintCdp(one)).toBe(fingerprintCdp(other));
    expect(fingerprintCdp(one)).toMatch(/^[0-9a-f]{16}$/);
  });

  const [resource = ""] = cdp.loans.keys();
  it.each<[string, Partial<Cdp>]>([
    ["the time of its last change", { updatedAtSeconds: cdp.updatedAtSeconds + 1n }],
    ["a loan", { loans: new Map([[resource, { ...loan, units: parseDecimal("9") }]]) }],
    ["a loan's configuration", { loans: new Map([[resource, { ...loan, configVersion: 2n }]]) }],
    ["a loan's resource", { loans: new Map([["another", loan]]) }],
    [
      "a collateral",
      { collaterals: new Map([[resource, { ...collateral, amount: parseDecimal("21") }]]) },
    ],
    [
      "its efficiency group",
      {
        collaterals: new Map([
          [resource, { ...collateral, efficiencyMode: { kind: "group", groupId: 1 } }],
        ]),
      },
    ],
    ["an NFT", { nftCollaterals: new Map([["resource_sim1nft", { nftIds: ["#1#"] }]]) }],
  ])("differs when %s changes", (_what, change) => {
    expect(fingerprintCdp({ ...cdp, ...change })).not.toBe(fingerprintCdp(cdp));
  });

  it("is not the id's: two CDPs that say the same have the same", () => {
    expect(fingerprintCdp({ ...cdp, id: "#8#" })).toBe(fingerprintCdp(cdp));
  });
});
