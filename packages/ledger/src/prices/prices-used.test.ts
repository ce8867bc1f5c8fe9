import { DECIMAL_ONE, parseDecimal } from "@weft/protocol";
import { expect, it } from "vitest";
import type { LedgerCollateral, LedgerLoan, LedgerNft } from "../weft/decode-health.ts";
import { pricesUsed } from "./prices-used.ts";

const XRD = "resource_sim1xrd";
const loan = (resource: string, price: string) =>
  ({ resource, price: parseDecimal(price) }) as LedgerLoan;
const collateral = (
  resource: string,
  resourceType: LedgerCollateral["resourceType"],
  underlying: string | null = null,
) => ({ resource, resourceType, underlying, price: DECIMAL_ONE }) as LedgerCollateral;

it("names each asset whose price comes from the feed, a deposit unit by its asset, an NFT by what it stands for", () => {
  const used = pricesUsed(
    {
      loans: [loan("resource_sim1usdc", "225"), loan(XRD, "1")],
      collaterals: [
        collateral("resource_sim1eth", "token"),
        collateral("resource_sim1w2btc", "deposit_unit", "resource_sim1btc"),
        collateral("resource_sim1w2xrd", "deposit_unit", XRD),
        collateral("resource_sim1lsu", "lsu"),
      ],
      nfts: [
        {
          positions: [collateral("resource_sim1gold", "token"), collateral(XRD, "token")],
        } as unknown as LedgerNft,
      ],
    },
    XRD,
  );
  expect(used.map(({ asset }) => asset)).toEqual([
    "resource_sim1usdc",
    "resource_sim1eth",
    "resource_sim1btc",
    "resource_sim1gold",
  ]);
  expect(used[0]?.price).toBe(parseDecimal("225"));
});
