import type { CdpHealth, NftHealth } from "./health.ts";
import { min, type Num, times, ZERO } from "./numbers.ts";
import { PROTOCOL_BONUS_SHARE } from "./risk-parameters.ts";
import type { LedgerRules } from "./types.ts";

/** What a liquidator owes for an NFT; all in XRD. */
export interface NftTerms {
  /** In the assets the CDP owes. */
  readonly payment: Num;
  /** To the borrower, for what the NFT is worth beyond the debt that may be repaid. */
  readonly compensation: Num;
  /** The protocol's share of the bonus. */
  readonly fee: Num;
  /** What the XRD given beside the payment has to hold. */
  readonly xrd: Num;
}

/**
 * The price of an NFT: its value less the bonus, paid in debt as far as there is debt to repay and in XRD beyond it.
 * Inferred from the names in `get_cdp`'s `NFTLiquidationValue`; what is not published is a switch.
 */
export function nftTerms(health: CdpHealth, nft: NftHealth, rules: LedgerRules): NftTerms {
  const payable = health.loans.reduce(
    (sum, { value, config }) =>
      sum.plus(rules.nftCloseFactor === "applied" ? times(value, config.closeFactor) : value),
    ZERO,
  );
  const payment = min(nft.discountedValue, payable);
  const compensation = nft.discountedValue.minus(payment);
  const fee = times(nft.value.minus(nft.discountedValue), PROTOCOL_BONUS_SHARE);
  const onTop = compensation.plus(fee);
  const xrd = rules.nftFee === "on_top" ? onTop : compensation.gt(fee) ? compensation : fee;
  return { payment, compensation, fee, xrd };
}
