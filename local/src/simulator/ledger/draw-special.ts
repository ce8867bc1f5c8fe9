import { createHash } from "node:crypto";
import { ADDRESSES, depositUnitAddress, resourceAddress } from "./addresses.ts";
import { type DrawRatios, decimalText } from "./draw-cdp.ts";
import type { CdpState, CollateralState, NftState } from "./model.ts";
import { ASSETS, type Asset } from "./prices.ts";
import {
  COLLATERAL_CONFIGS,
  collateralVersion,
  configInForce,
  LOAN_CONFIGS,
} from "./risk-parameters.ts";

/**
 * CDPs that every book has, so that every way to pay for a liquidation is met in every run:
 *
 * - `swap`: owes hUSDT against XRD; whoever has no hUSDT has to sell the XRD for it.
 * - `redeem`: owes hUSDT against deposit units of hUSDT, and XRD.
 * - `nft`: owes xUSDC against a claim on unstaked XRD, which is worth more than the debt.
 *
 * Each is near its line, so that a fall of XRD by a fifth or a quarter takes it over.
 */
export const SPECIAL_KINDS = ["swap", "redeem", "nft"] as const;

type SpecialKind = (typeof SPECIAL_KINDS)[number];

interface Special {
  readonly loan: string;
  /** Opening liquidation_ltv. */
  readonly ltv: number;
  /** What the debt is measured against, by share of its liquidation value. */
  readonly pledged: readonly (readonly [what: "XRD" | "unit" | "nft", share: number])[];
}

const SPECIALS: Readonly<Record<SpecialKind, Special>> = {
  swap: { loan: "hUSDT", ltv: 0.85, pledged: [["XRD", 1]] },
  redeem: {
    loan: "hUSDT",
    ltv: 0.97,
    pledged: [
      ["unit", 0.6],
      ["XRD", 0.4],
    ],
  },
  nft: { loan: "xUSDC", ltv: 0.85, pledged: [["nft", 1]] },
};

/** Liquidation value of what is pledged, XRD. */
const SIZE_XRD = 48_000;
const CURRENT_GENERATION = 2;
const DRAWN_AT_SECONDS = 1_767_225_600;

/** One such CDP, with the dates of the CDP whose place it takes. */
export function drawSpecial(
  kind: SpecialKind,
  {
    number,
    ratios,
    dates,
  }: {
    readonly number: number;
    readonly ratios: ReadonlyMap<string, DrawRatios>;
    readonly dates: Pick<CdpState, "mintedAtSeconds" | "updatedAtSeconds">;
  },
): CdpState {
  const { loan, ltv, pledged } = SPECIALS[kind];
  const asset = assetOf(loan);
  const { valueFactor } = configInForce(LOAN_CONFIGS, 2, DRAWN_AT_SECONDS);
  const owed = (SIZE_XRD * ltv) / valueFactor.toNumber() / Number(asset.price);
  const units = owed * (ratios.get(loan)?.loan ?? 1);
  const held = pledged.map(([what, share]) => {
    const symbol = what === "unit" ? loan : "XRD";
    return { what, collateral: pledge(symbol, { what, share, ratios }) };
  });
  const nfts = held.filter(({ what }) => what === "nft");
  return {
    burned: false,
    mintedAtSeconds: dates.mintedAtSeconds,
    updatedAtSeconds: dates.updatedAtSeconds,
    loans: [{ asset: resourceAddress(loan), units: decimalText(units, 18), version: 2 }],
    collaterals: held.filter(({ what }) => what !== "nft").map(({ collateral }) => collateral),
    nfts: nfts.map(({ collateral }) => claimOf(number, collateral)),
  };
}

function pledge(
  symbol: string,
  { what, share, ratios }: { what: string; share: number; ratios: ReadonlyMap<string, DrawRatios> },
): CollateralState {
  const { price, divisibility, collateralConfigId } = assetOf(symbol);
  const version = collateralVersion(collateralConfigId, CURRENT_GENERATION);
  const config = configInForce(COLLATERAL_CONFIGS, version, DRAWN_AT_SECONDS);
  const threshold = config.loanToValue.plus(config.thresholdSpread).toNumber();
  const assets = (SIZE_XRD * share) / threshold / Number(price);
  const isUnit = what === "unit";
  const amount = isUnit ? assets * (ratios.get(symbol)?.deposit ?? 1) : assets;
  return {
    resource: isUnit ? depositUnitAddress(symbol) : resourceAddress(symbol),
    amount: decimalText(amount, Math.min(divisibility, 6)),
    version,
    mode: { kind: "none" },
  };
}

function claimOf(number: number, underlying: CollateralState): NftState {
  const hash = createHash("sha256").update(`claim/${number}`).digest("hex");
  const parts = [0, 16, 32, 48].map((at) => hash.slice(at, at + 16));
  return { resource: ADDRESSES.claimNft, id: `{${parts.join("-")}}`, underlying: [underlying] };
}

function assetOf(symbol: string): Asset {
  return ASSETS.find((asset) => asset.symbol === symbol) as Asset;
}
