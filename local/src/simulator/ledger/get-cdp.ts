import { CLAIM_VALIDATOR } from "./addresses.ts";
import { unnamedMode } from "./cdp-sbor.ts";
import type { CdpHealth, CollateralHealth, LoanHealth, NftHealth } from "./health.ts";
import { nftTerms } from "./nft-terms.ts";
import { type Num, text } from "./numbers.ts";
import {
  array,
  bool,
  decimal,
  localId,
  map,
  option,
  reference,
  string,
  tuple,
  u16,
  u64,
  variant,
} from "./sbor.ts";
import type { LedgerRules, SborNode } from "./types.ts";

/** One CDPHealthChecker as a preview returns it: by position, without names (radix-weft.md 1.3). */
export function healthCheckerNode(health: CdpHealth, rules: LedgerRules): SborNode {
  return tuple(
    amount(health.loanValue),
    amount(health.adjustedLoanValue),
    amount(health.collateralValue),
    amount(health.healthCollateralValue),
    amount(health.liquidationCollateralValue),
    array("U16", []),
    array("U16", []),
    amount(health.healthLtv),
    amount(health.liquidationLtv),
    amount(health.discountedNftValue),
    amount(health.discountedCollateralValue),
    map(
      "Reference",
      "Tuple",
      health.loans.map((loan) => ({ key: reference(loan.state.asset), value: loanNode(loan) })),
    ),
    map(
      "Reference",
      "Tuple",
      health.collaterals.map((held) => ({
        key: reference(held.state.resource),
        value: collateralNode(held, { isFromNft: false }),
      })),
    ),
    nftPositions(health, rules),
  );
}

/** NFT resource → local id → what it stands for and what it costs to take it. */
function nftPositions(health: CdpHealth, rules: LedgerRules): SborNode {
  const byResource = Map.groupBy(health.nfts, ({ state }) => state.resource);
  const entries = Array.from(byResource, ([resource, nfts]) => ({
    key: reference(resource),
    value: map(
      "NonFungibleLocalId",
      "Tuple",
      nfts.map((nft) => ({ key: localId(nft.state.id), value: nftNode(health, nft, rules) })),
    ),
  }));
  return map("Reference", "Map", entries);
}

function nftNode(health: CdpHealth, nft: NftHealth, rules: LedgerRules): SborNode {
  const { payment, compensation, fee } = nftTerms(health, nft, rules);
  const underlying = nft.underlying.map((held) => ({
    key: reference(held.state.resource),
    value: collateralNode(held, { isFromNft: true }),
  }));
  return tuple(
    map("Reference", "Tuple", underlying),
    tuple(
      amount(nft.value),
      amount(nft.discountedValue),
      amount(payment),
      amount(compensation),
      amount(fee),
      variant(1, reference(CLAIM_VALIDATOR)),
    ),
    decimal("1000000"),
  );
}

function loanNode(loan: LoanHealth): SborNode {
  const { groupId } = loan.entry.asset;
  return tuple(
    amount(loan.price),
    decimal(loan.state.units),
    amount(loan.amount),
    amount(loan.value),
    amount(loan.adjustedValue),
    tuple(
      string(loan.config.description),
      amount(loan.config.valueFactor),
      amount(loan.config.closeFactor),
    ),
    u64(loan.state.version),
    tuple(u16(0), array("U16", []), option(groupId === null ? null : u16(groupId))),
  );
}

function collateralNode(
  held: CollateralHealth,
  { isFromNft }: { readonly isFromNft: boolean },
): SborNode {
  const { asset, assetAddress, isDepositUnit, stakingUnit } = held.entry;
  const staked = stakingUnit === null ? variant(0) : variant(1, reference(stakingUnit.validator));
  return tuple(
    amount(held.price),
    amount(held.amount),
    amount(held.value),
    amount(held.healthValue),
    amount(held.liquidationValue),
    amount(held.discountedValue),
    tuple(
      string(held.config.description),
      amount(held.config.loanToValue),
      amount(held.config.thresholdSpread),
      amount(held.config.bonusRate),
    ),
    tuple(u64(held.state.version), unnamedMode(held.state.mode)),
    tuple(
      u16(asset.collateralConfigId),
      option(null),
      array("U16", asset.groupId === null ? [] : [u16(asset.groupId)]),
    ),
    bool(isFromNft),
    isDepositUnit ? variant(2, reference(assetAddress)) : staked,
  );
}

function amount(value: Num): SborNode {
  return decimal(text(value));
}
