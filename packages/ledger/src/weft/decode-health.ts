import type { Decimal, ResourceAddress } from "@weft/protocol";
import { fieldAt } from "../sbor/fields.ts";
import { SborError, type SborNode, type SborReader } from "../sbor/node.ts";
import {
  mapOf,
  readBoolean,
  readDecimal,
  readLocalId,
  readReference,
  readVariant,
  readVariantField,
} from "../sbor/readers.ts";

/** One loan as the market itself values it; values in XRD. */
export interface LedgerLoan {
  readonly resource: ResourceAddress;
  readonly units: Decimal;
  readonly amount: Decimal;
  readonly price: Decimal;
  readonly value: Decimal;
  /** Share of the loan that one liquidation may repay, 0 to 1. */
  readonly closeFactor: Decimal;
}

/** One collateral as the market itself values it; values in XRD. */
export interface LedgerCollateral {
  readonly resource: ResourceAddress;
  readonly amount: Decimal;
  readonly price: Decimal;
  readonly value: Decimal;
  /** What of the value counts against debt before liquidation. */
  readonly liquidationValue: Decimal;
  readonly bonusRate: Decimal;
  readonly resourceType: "token" | "lsu" | "deposit_unit";
  /** Of a deposit unit, the asset it stands for. */
  readonly underlying: ResourceAddress | null;
  /** It is what an NFT collateral stands for, and is taken with the NFT. */
  readonly isFromNft: boolean;
}

/** One NFT collateral and its price, as the market itself values it; values in XRD. */
export interface LedgerNft {
  readonly resource: ResourceAddress;
  readonly id: string;
  readonly value: Decimal;
  /** To be paid in debt. */
  readonly loanPaymentValue: Decimal;
  /** To be paid to the borrower. */
  readonly compensationValue: Decimal;
  /** To be paid to the protocol. */
  readonly liquidationFee: Decimal;
  /** What it stands for: its value is as good as their prices are. */
  readonly positions: readonly LedgerCollateral[];
  readonly nftType: "nft" | "claim_nft";
}

/** The market's own verdict on a CDP; values in XRD. */
export interface LedgerHealth {
  readonly loanValue: Decimal;
  readonly adjustedLoanValue: Decimal;
  readonly collateralValue: Decimal;
  readonly liquidationCollateralValue: Decimal;
  /** Above 1 anyone may liquidate; the greatest `Decimal` when there is debt and no collateral. */
  readonly liquidationLtv: Decimal;
  readonly loans: readonly LedgerLoan[];
  readonly collaterals: readonly LedgerCollateral[];
  readonly nfts: readonly LedgerNft[];
}

const readNftPositions = mapOf(readReference, mapOf(readLocalId, readNft));

/**
 * `CDPHealthChecker`, by place: preview output has no names.
 *
 * Source: WeftFinance/weft_docs, v2/dev/liquidation-guide.md; the field order is the same in Lattic3-RDX/scrypto-packages,
 * strategies/yield_multiplier_weftv2/src/weft.rs.
 */
const readHealth: SborReader<LedgerHealth> = (node) => ({
  loanValue: fieldAt(node, 0, "total_loan_value", readDecimal),
  adjustedLoanValue: fieldAt(node, 1, "total_adjusted_loan_value", readDecimal),
  collateralValue: fieldAt(node, 2, "total_collateral_value", readDecimal),
  liquidationCollateralValue: fieldAt(node, 4, "total_liquidation_collateral_value", readDecimal),
  liquidationLtv: fieldAt(node, 8, "liquidation_ltv", readDecimal),
  loans: withResource(fieldAt(node, 11, "loan_positions", mapOf(readReference, readLoan))),
  collaterals: withResource(
    fieldAt(node, 12, "collateral_positions", mapOf(readReference, readCollateral)),
  ),
  nfts: [...fieldAt(node, 13, "nft_collateral_positions", readNftPositions)].flatMap(
    ([resource, byId]) => [...byId].map(([id, terms]) => ({ resource, id, ...terms })),
  ),
});

/** The result of `get_cdp`: health by CDP id. @throws {SborError} where it does not fit */
export const readHealthById: SborReader<ReadonlyMap<string, LedgerHealth>> = mapOf(
  readLocalId,
  readHealth,
);

function readLoan(node: SborNode): Omit<LedgerLoan, "resource"> {
  return {
    price: fieldAt(node, 0, "price", readDecimal),
    units: fieldAt(node, 1, "units", readDecimal),
    amount: fieldAt(node, 2, "amount", readDecimal),
    value: fieldAt(node, 3, "value", readDecimal),
    closeFactor: fieldAt(node, 5, "config", (config) =>
      fieldAt(config, 2, "loan_close_factor", readDecimal),
    ),
  };
}

function readCollateral(node: SborNode): Omit<LedgerCollateral, "resource"> {
  return {
    price: fieldAt(node, 0, "price", readDecimal),
    amount: fieldAt(node, 1, "amount", readDecimal),
    value: fieldAt(node, 2, "value", readDecimal),
    liquidationValue: fieldAt(node, 4, "liquidation_value", readDecimal),
    bonusRate: fieldAt(node, 6, "config", (config) =>
      fieldAt(config, 3, "liquidation_bonus_rate", readDecimal),
    ),
    isFromNft: fieldAt(node, 9, "is_from_nft", readBoolean),
    ...fieldAt(node, 10, "resource_type", readResourceType),
  };
}

function readResourceType(node: SborNode): Pick<LedgerCollateral, "resourceType" | "underlying"> {
  const { variant, fields } = readVariant(node);
  switch (variant) {
    case 0:
      return { resourceType: "token", underlying: null };
    case 1:
      return { resourceType: "lsu", underlying: null };
    case 2:
      return {
        resourceType: "deposit_unit",
        underlying: readVariantField(fields, readReference),
      };
    default:
      throw new SborError(`unknown resource type ${variant}`);
  }
}

/** `NFTCollateralPositionData`: what it stands for, then `NFTLiquidationValue`. */
function readNft(node: SborNode): Omit<LedgerNft, "resource" | "id"> {
  const positions = withResource(
    fieldAt(node, 0, "underlying_positions", mapOf(readReference, readCollateral)),
  );
  return fieldAt(node, 1, "liquidation_value", (terms) => ({
    positions,
    value: fieldAt(terms, 0, "value", readDecimal),
    loanPaymentValue: fieldAt(terms, 2, "loan_payment_value", readDecimal),
    compensationValue: fieldAt(terms, 3, "compensation_value", readDecimal),
    liquidationFee: fieldAt(terms, 4, "liquidation_fee", readDecimal),
    nftType: fieldAt(terms, 5, "resource_type", readNftType),
  }));
}

function readNftType(node: SborNode): LedgerNft["nftType"] {
  const { variant } = readVariant(node);
  if (variant > 1) throw new SborError(`unknown NFT type ${variant}`);
  return variant === 0 ? "nft" : "claim_nft";
}

function withResource<T>(
  map: ReadonlyMap<string, T>,
): (T & { readonly resource: ResourceAddress })[] {
  return [...map].map(([resource, position]) => ({ resource, ...position }));
}
