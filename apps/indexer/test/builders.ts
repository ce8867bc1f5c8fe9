import type { LedgerHealth } from "@weft/ledger";
import type { IndexBatch } from "@weft/messages";
import { type Cdp, type Market, parseDecimal } from "@weft/protocol";
import type { MarketPrices } from "../src/judge-prices.ts";

const XRD = "resource_sim1xrd";

/**
 * A market of one asset, XRD: worth 1, lent one for one, and as collateral good for 0.8 of its value.
 * So a CDP's liquidation loan-to-value is its loan / (0.8 × its collateral).
 */
export function xrdMarket(): Market {
  const none = { current: new Map(), history: new Map() };
  return {
    stateVersion: 900n,
    ledgerTimeSeconds: 1_795_211_698n,
    prices: new Map(),
    pools: new Map([
      [
        XRD,
        {
          asset: XRD,
          depositUnit: "resource_sim1unit",
          assetDivisibility: 18,
          loanUnitRatio: (10n ** 36n) as never,
          depositUnitRatio: (10n ** 36n) as never,
          interestRate: parseDecimal("0.1"),
          interestUpdatedAtSeconds: 1_795_211_698n,
        },
      ],
    ]),
    depositUnits: new Map(),
    stakingUnits: new Map(),
    resourceConfigs: new Map([[XRD, { priceFeedId: 0, loan: null, collateral: null }]]),
    collateralConfigs: {
      ...none,
      history: new Map([
        [
          1n,
          {
            id: 1,
            config: {
              loanToValueRatio: parseDecimal("0.7"),
              liquidationThresholdSpread: parseDecimal("0.1"),
              liquidationBonusRate: parseDecimal("0.07"),
            },
            version: 1n,
            expiresAtSeconds: null,
          },
        ],
      ]),
    },
    loanConfigs: {
      ...none,
      history: new Map([
        [
          1n,
          {
            id: 1,
            config: { loanValueFactor: parseDecimal("1"), loanCloseFactor: parseDecimal("0.5") },
            version: 1n,
            expiresAtSeconds: null,
          },
        ],
      ]),
    },
    efficiencyGroups: none,
    priceExpirationSeconds: 14_400n,
    protocolBonusShare: parseDecimal("0.1"),
    xrd: XRD,
  };
}

/** A CDP that owes and holds so much XRD. */
export function xrdCdp(id: string, loan: string, collateral: string): Cdp {
  return {
    id,
    mintedAtSeconds: 1_735_689_600n,
    updatedAtSeconds: 1_753_399_809n,
    loans: new Map([[XRD, { units: parseDecimal(loan), configVersion: 1n }]]),
    collaterals: new Map([
      [
        XRD,
        {
          amount: parseDecimal(collateral),
          entryVersion: 1n,
          efficiencyMode: { kind: "none" },
        },
      ],
    ]),
    nftCollaterals: new Map(),
  };
}

/** A CDP whose worth only the ledger knows. */
export function nftCdp(id: string, loan: string): Cdp {
  return {
    ...xrdCdp(id, loan, "0"),
    nftCollaterals: new Map([["resource_sim1nft", { nftIds: ["#1#"] }]]),
  };
}

/** What the ledger says of a CDP. */
export function ledgerHealth(loan: string, collateral: string, ltv: string): LedgerHealth {
  return {
    loanValue: parseDecimal(loan),
    adjustedLoanValue: parseDecimal(loan),
    collateralValue: parseDecimal(collateral),
    liquidationCollateralValue: parseDecimal(collateral),
    liquidationLtv: parseDecimal(ltv),
    loans: [],
    collaterals: [],
    nfts: [],
  };
}

export const batch: IndexBatch = {
  version: 1,
  kind: "index-batch",
  runId: "20261120T215500Z",
  batchIndex: 3,
  batchCount: 4,
  stateVersion: "900",
  ledgerTime: "2026-11-20T21:54:58.000Z",
  cdps: { kind: "range", first: 1, last: 7 },
  traceId: "0123456789abcdef0123456789abcdef",
};

/** A guard that believes everything. */
export const believedPrices: MarketPrices = {
  decisions: new Map(),
  suspects: new Map(),
  findSuspectAtTip: () => undefined,
  isUnreadable: false,
};

/** A guard that believes all but one asset, which a CDP may hold as one of these resources. */
export function suspectPrices(asset: string, ...units: readonly string[]): MarketPrices {
  const decision = {
    kind: "suspect",
    reason: "outside_band",
    price: parseDecimal("9"),
    base: parseDecimal("3"),
  } as const;
  return {
    decisions: new Map([[asset, decision]]),
    suspects: new Map([asset, ...units].map((resource) => [resource, { asset, decision }])),
    findSuspectAtTip: () => ({ asset, decision }),
    isUnreadable: false,
  };
}
