import { depositUnitAddress, resourceAddress } from "./addresses.ts";
import { createTables, overlay, type Tables } from "./history.ts";
import { createWorktop, type Frame } from "./manifest-frame.ts";
import type { CdpState, CollateralState, PoolState } from "./model.ts";
import { Num } from "./numbers.ts";
import { collateralVersion } from "./risk-parameters.ts";

/** A market small enough to reckon by hand, for tests: xUSDC at 250 XRD, LSULP at 1.1, unit ratios 0.8 and 0.5. */
export const NOW_SECONDS = 1_800_000_000;
export const XRD = resourceAddress("XRD");
export const LSULP = resourceAddress("LSULP");
export const USDC = resourceAddress("xUSDC");
export const LSULP_UNIT = depositUnitAddress("LSULP");

const PRICES = { XRD: "1", LSULP: "1.1", xUSDC: "250" };

export function handMadeTables(cdps: Readonly<Record<string, CdpState>>): Tables {
  const tables = createTables();
  for (const [symbol, price] of Object.entries(PRICES)) {
    const address = resourceAddress(symbol);
    tables.pools.put(address, pool(), 1);
    tables.prices.put(
      address,
      { price: new Num(price), timestampSeconds: NOW_SECONDS - 60, transactionHash: "00" },
      1,
    );
  }
  for (const [id, cdp] of Object.entries(cdps)) {
    tables.cdps.put(id, cdp, 1);
  }
  return tables;
}

export function handMadeCdp(
  loanUnits: Readonly<Record<string, string>>,
  collateral: Readonly<Record<string, string>>,
): CdpState {
  return {
    burned: false,
    mintedAtSeconds: NOW_SECONDS - 1_000,
    updatedAtSeconds: NOW_SECONDS - 1_000,
    loans: Object.entries(loanUnits).map(([asset, units]) => ({ asset, units, version: 2 })),
    collaterals: Object.entries(collateral).map(
      ([resource, amount]): CollateralState => ({
        resource,
        amount,
        version: collateralVersion(0, 2),
        mode: { kind: "none" },
      }),
    ),
    nfts: [],
  };
}

export function frameOver(tables: Tables, rules: Partial<Frame["rules"]> = {}): Frame {
  return {
    state: overlay(tables),
    nowSeconds: NOW_SECONDS,
    owners: "all",
    rules: {
      excessPayment: "returned",
      seizureOrder: "as_requested",
      interest: "written",
      dust: "allowed",
      nftFee: "on_top",
      nftCloseFactor: "ignored",
      rounding: "each_step",
      line: "above",
      thresholds: "as_configured",
      emptyRatio: "greatest",
      refusedCdpIds: [],
      dexSpread: "0.003",
      dexDepthXrd: "1000000000000",
      ...rules,
    },
    worktop: createWorktop(),
    buckets: new Map(),
    events: [],
    locks: [],
    liquidations: [],
    flashLoan: null,
    flashLent: false,
    swaps: 0,
  };
}

function pool(): PoolState {
  return {
    liquidity: new Num(1_000),
    interestRate: new Num("0.1"),
    interestUpdatedAtSeconds: NOW_SECONDS,
    pendingFee: new Num(0),
    deposit: { total: new Num(2_000), units: new Num(1_000), ratio: new Num("0.5") },
    loan: { total: new Num(1_000), units: new Num(800), ratio: new Num("0.8") },
  };
}
