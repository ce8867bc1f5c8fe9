import { ADDRESSES } from "./addresses.ts";
import { assessHealth, type CollateralHealth, type LoanHealth, unitPricesOf } from "./health.ts";
import { type Bucket, type Frame, liveCdp, ManifestFailure, momentOf } from "./manifest-frame.ts";
import { cdpEvent, tell } from "./market-events.ts";
import type { CdpState } from "./model.ts";
import { ceilTo, floorTo, min, Num, over, text, times, ZERO } from "./numbers.ts";
import { repay } from "./repayment.ts";
import { PROTOCOL_BONUS_SHARE } from "./risk-parameters.ts";
import { decimal, resource as resourceNode, struct } from "./sbor.ts";
import { mustBeOn } from "./services.ts";

/** What goes out of one collateral. */
interface Seizure {
  readonly held: CollateralHealth;
  readonly amount: Num;
  /** Value of the payment that the seizure stands for: its own value less the bonus. */
  readonly covered: Num;
  readonly bonusAmount: Num;
  readonly protocolAmount: Num;
}

/**
 * Repays part of one loan and takes collateral worth what was paid and the bonus, as Weft does (radix-weft.md
 * 1.5): at most the close factor of the loan, collaterals in the order asked for, the protocol's share of the
 * bonus kept back. Change is returned beside what was seized.
 * @param requested null = every collateral, by value
 * @throws {ManifestFailure} when the CDP is at or under the line, or nothing can be repaid or seized
 */
export function liquidateOnce(
  frame: Frame,
  cdpId: string,
  { payment, requested }: { payment: Bucket; requested: readonly string[] | null },
): Bucket[] {
  const cdp = liveCdp(frame, cdpId);
  const health = assessHealth(cdp, frame.state, momentOf(frame));
  mustBeOn(frame, "RepayForLiquidation", ["Global", payment.resource]);
  const loan = health.loans.find(({ state }) => state.asset === payment.resource);
  if (loan === undefined) {
    throw new ManifestFailure(`LendingMarket: CDP ${cdpId} owes no ${payment.resource}`);
  }
  const offered = payable(frame, loan, payment.amount);
  const wanted = requestedCollaterals(frame, health.collaterals, requested);
  for (const { state, entry } of wanted) {
    const level = entry.stakingUnit === null ? "GlobalResource" : "GlobalLSU";
    mustBeOn(frame, "RemoveForLiquidation", [level, state.resource]);
  }
  const paidValue = times(offered, loan.price);
  const seizures = seize(wanted, paidValue);
  const covered = seizures.reduce((sum, seizure) => sum.plus(seizure.covered), ZERO);
  const repaid = covered.gte(paidValue)
    ? offered
    : min(offered, ceilTo(over(covered, loan.price), loan.entry.asset.divisibility));
  if (seizures.length === 0 || repaid.isZero()) {
    throw new ManifestFailure(`LendingMarket: CDP ${cdpId} has no collateral to seize`);
  }
  settle(frame, { cdpId, cdp, loan, repaid, seizures });
  const seized = seizures.map(({ held, amount, protocolAmount }) => ({
    resource: held.state.resource,
    amount: amount.minus(protocolAmount),
  }));
  const after = assessHealth(liveCdp(frame, cdpId), frame.state, momentOf(frame));
  frame.liquidations.push({
    cdpId,
    ltvBefore: health.liquidationLtv,
    ltvAfter: after.liquidationLtv,
    paid: [{ resource: payment.resource, amount: repaid }],
    seized,
    seizedNft: null,
    unitPrices: unitPricesOf(health),
  });
  return [...seized, { resource: payment.resource, amount: payment.amount.minus(repaid) }];
}

function payable(frame: Frame, loan: LoanHealth, paid: Num): Num {
  const most = floorTo(times(loan.amount, loan.config.closeFactor), loan.entry.asset.divisibility);
  if (paid.gt(most) && frame.rules.excessPayment === "rejected") {
    throw new ManifestFailure(
      `LendingMarket: payment ${text(paid)} exceeds what may be repaid, ${text(most)}`,
    );
  }
  const offered = min(paid, most);
  if (offered.isZero()) {
    throw new ManifestFailure("LendingMarket: nothing to repay");
  }
  return offered;
}

function requestedCollaterals(
  frame: Frame,
  held: readonly CollateralHealth[],
  requested: readonly string[] | null,
): readonly CollateralHealth[] {
  const byValue = held.toSorted((a, b) => b.value.comparedTo(a.value));
  if (requested === null) {
    return byValue;
  }
  const found = requested.map((address) => {
    const one = held.find(({ state }) => state.resource === address);
    if (one === undefined) {
      throw new ManifestFailure(`LendingMarket: no collateral ${address}`);
    }
    return one;
  });
  return frame.rules.seizureOrder === "as_requested"
    ? found
    : byValue.filter((one) => found.includes(one));
}

function seize(wanted: readonly CollateralHealth[], paidValue: Num): Seizure[] {
  const seizures: Seizure[] = [];
  let left = paidValue;
  for (const held of wanted) {
    const withBonus = held.config.bonusRate.plus(1);
    const whole = over(held.value, withBonus);
    const covered = min(left, whole);
    const amount = whole.lte(left)
      ? held.amount
      : floorTo(
          held.amount.times(times(left, withBonus)).div(held.value),
          held.entry.asset.divisibility,
        );
    if (covered.gt(0) && amount.gt(0)) {
      left = left.minus(covered);
      const bonusAmount = floorTo(
        amount.times(held.config.bonusRate).div(withBonus),
        held.entry.asset.divisibility,
      );
      const protocolAmount = floorTo(
        bonusAmount.times(PROTOCOL_BONUS_SHARE),
        held.entry.asset.divisibility,
      );
      seizures.push({ held, amount, covered, bonusAmount, protocolAmount });
    }
  }
  return seizures;
}

/** Writes the CDP, the pool and the protocol's share, and tells of it. */
function settle(
  frame: Frame,
  done: {
    cdpId: string;
    cdp: CdpState;
    loan: LoanHealth;
    repaid: Num;
    seizures: readonly Seizure[];
  },
): void {
  const { cdpId, cdp, loan, repaid, seizures } = done;
  const { asset } = loan.state;
  const taken = new Map(seizures.map(({ held, amount }) => [held.state.resource, amount]));
  frame.state.cdps.set(cdpId, {
    ...cdp,
    updatedAtSeconds: frame.nowSeconds,
    loans: repay(frame, cdp.loans, { loan, repaid }),
    collaterals: cdp.collaterals
      .map((one) => ({
        ...one,
        amount: text(new Num(one.amount).minus(taken.get(one.resource) ?? ZERO)),
      }))
      .filter((one) => one.amount !== "0"),
  });
  const kept = new Map(frame.state.protocol.get(ADDRESSES.lendingMarket));
  tell(frame, "CDPRepayForLiquidationEvent", cdpEvent(cdpId, asset, repaid));
  for (const { held, amount, bonusAmount, protocolAmount } of seizures) {
    const { resource } = held.state;
    kept.set(resource, (kept.get(resource) ?? ZERO).plus(protocolAmount));
    tell(frame, "CDPRemoveCollateralForLiquidation", cdpEvent(cdpId, resource, amount));
    tell(
      frame,
      "LiquidationBonusFeeEvent",
      struct("FeeEventData", {
        res_address: resourceNode(resource),
        fee_amount: decimal(text(bonusAmount)),
        protocol_fee_amount: decimal(text(protocolAmount)),
      }),
    );
  }
  frame.state.protocol.set(ADDRESSES.lendingMarket, kept);
}
