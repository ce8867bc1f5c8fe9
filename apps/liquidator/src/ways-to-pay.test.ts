import { DECIMAL_ONE, type FlashTerms, parseDecimal } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import { health, prepare, USD, withTwoCollaterals, XRD } from "../test/sample-preparation.ts";

describe("ways to pay", () => {
  /** Flash loans of everything, at a tenth of a percent, and a pool that swaps XRD for USD. */
  const flash: FlashTerms = {
    liquidity: () => parseDecimal("1000000"),
    feeRate: () => parseDecimal("0.001"),
    route: (from, to) =>
      from === XRD && to === USD ? [{ pool: "component_sim1dex", input: XRD }] : undefined,
    swapLoss: parseDecimal("0.02"),
  };
  const onlyFee = new Map([[XRD, parseDecimal("10")]]);

  it("without the asset owed it borrows it by flash, and sells what is seized", async () => {
    const ready = await prepare({ terms: () => ({ flash }) }, onlyFee);
    expect(ready).toMatchObject({ kind: "ready", plan: { funding: "flash_swap" } });
  });

  it("with it, it pays out of the inventory, which costs no fee", async () => {
    const ready = await prepare({ terms: () => ({ flash }) });
    expect(ready).toMatchObject({ kind: "ready", plan: { funding: "inventory" } });
  });

  it("what the ledger refuses is followed by the next best way, three previews at most", async () => {
    const previewed: string[] = [];
    const ready = await prepare(
      {
        terms: () => ({ flash }),
        composeManifest: (plan) => plan.funding,
        preview: (manifest) => {
          previewed.push(manifest);
          return Promise.resolve(
            manifest === "inventory"
              ? { status: "Failed", errorMessage: "assertion" }
              : { status: "Succeeded", feeXrd: parseDecimal("0.5") },
          );
        },
      },
      undefined,
      withTwoCollaterals(),
    );
    expect(previewed).toEqual(["inventory", "inventory", "flash_swap"]);
    expect(ready).toMatchObject({ kind: "ready", plan: { funding: "flash_swap" } });
  });

  it("what the market has switched off is no loss and no fault: it ends as unprofitable, with its numbers", async () => {
    const services = {
      mayRepay: () => false,
      mayRepayForNft: () => true,
      mayRemove: () => true,
    };
    expect(await prepare({ terms: () => ({ services, flash }) })).toEqual({
      kind: "unprofitable",
      detail:
        "the market has switched off what would earn 5.6 XRD; liquidation_ltv 1.041666666666666666, loans 200 XRD, collateral 240 XRD",
    });
  });

  it("terms that are too old stop it", async () => {
    const terms = () => {
      throw new Error("terms_stale");
    };
    await expect(prepare({ terms })).rejects.toThrow("terms_stale");
  });

  it("loses nothing unless it is told how much it may", async () => {
    const preview = () =>
      Promise.resolve({ status: "Succeeded", feeXrd: parseDecimal("6.5") } as const);
    expect((await prepare({ preview })).kind).toBe("unprofitable");
    const allowed = (text: string) => prepare({ preview, allowedLossXrd: parseDecimal(text) });
    expect((await allowed("0.9")).kind).toBe("ready");
    expect((await allowed("0.899999999999999999")).kind).toBe("unprofitable");
  });

  it("an NFT is paid for with debt and XRD, when there is enough of both", async () => {
    const nft = {
      resource: "resource_sim1nft",
      id: "{1111}",
      value: parseDecimal("300"),
      loanPaymentValue: parseDecimal("200"),
      compensationValue: parseDecimal("80"),
      liquidationFee: parseDecimal("4"),
      positions: [],
      nftType: "claim_nft",
    } as const;
    const position = { ...health, collaterals: [], nfts: [nft] };
    const held = (xrd: string) =>
      new Map([
        [USD, parseDecimal("100")],
        [XRD, parseDecimal(xrd)],
      ]);
    expect(await prepare({}, held("94"), position)).toMatchObject({
      plan: { funding: "nft", compensationXrd: 84n * DECIMAL_ONE, profitXrd: 16n * DECIMAL_ONE },
      pricesXrd: { [XRD]: "1", [USD]: "2", "resource_sim1nft:{1111}": "300" },
    });
    await expect(prepare({}, held("93.999"), position)).rejects.toMatchObject({
      code: "inventory_short",
    });
  });
});
