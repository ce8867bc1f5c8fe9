import { ADDRESSES } from "./addresses.ts";
import { assessHealth, type CdpHealth, type LoanHealth, unitPricesOf } from "./health.ts";
import { type Bucket, type Frame, liveCdp, ManifestFailure, momentOf } from "./manifest-frame.ts";
import { cdpEvent, tell } from "./market-events.ts";
import { type CollateralState, nftKey } from "./model.ts";
import { type NftTerms, nftTerms } from "./nft-terms.ts";
import { ceilTo, floorTo, min, Num, ONE, over, text, times, ZERO } from "./numbers.ts";
import { repay } from "./repayment.ts";
import { collateralVersion } from "./risk-parameters.ts";
import { array, localId, reference, resource as resourceNode, struct } from "./sbor.ts";
import { mustBeOn } from "./services.ts";

export interface NftRequest {
  readonly payments: readonly Bucket[];
  readonly nft: { readonly resource: string; readonly id: string };
  readonly compensation: Bucket;
}

/**
 * Hands out one NFT of a CDP for its price (radix-weft.md 1.5): debt is repaid with the payments, the borrower gets the
 * compensation as collateral, the protocol its fee. Change is returned beside the NFT.
 * @throws {ManifestFailure} when the CDP has no such NFT, or what is given does not pay for it
 */
export function takeNft(frame: Frame, cdpId: string, request: NftRequest): Bucket[] {
  const { nft, payments, compensation } = request;
  const health = assess(frame, cdpId);
  const held = health.nfts.find(
    ({ state }) => state.resource === nft.resource && state.id === nft.id,
  );
  if (held === undefined) {
    throw new ManifestFailure(`LendingMarket: CDP ${cdpId} has no NFT ${nft.resource} ${nft.id}`);
  }
  mustBeOn(frame, "RemoveForLiquidation", ["GlobalNFT", "GlobalClaimNFT", nft.resource]);
  const terms = nftTerms(health, held, frame.rules);
  const { paid, change } = payDebt(frame, { health, cdpId, payments, due: terms.payment });
  const xrdChange = payXrd(frame, cdpId, { compensation, terms });
  const cdp = liveCdp(frame, cdpId);
  frame.state.cdps.set(cdpId, {
    ...cdp,
    updatedAtSeconds: frame.nowSeconds,
    nfts: cdp.nfts.filter(({ resource, id }) => resource !== nft.resource || id !== nft.id),
  });
  for (const { resource, amount } of paid) {
    tell(frame, "CDPRepayForNFTLiquidationEvent", cdpEvent(cdpId, resource, amount));
  }
  tell(
    frame,
    "CDPRemoveNFTCollateralForLiquidation",
    struct("CDPNFTEventData", {
      cdp_id: localId(cdpId),
      res_address: resourceNode(nft.resource),
      nft_id: localId(nft.id),
      underlying_resources: array(
        "Reference",
        held.underlying.map(({ state }) => reference(state.resource)),
      ),
    }),
  );
  frame.liquidations.push({
    cdpId,
    ltvBefore: health.liquidationLtv,
    ltvAfter: assess(frame, cdpId).liquidationLtv,
    paid,
    seized: [],
    seizedNft: nft,
    unitPrices: unitPricesOf(health),
  });
  return [{ resource: nftKey(nft.resource, nft.id), amount: ONE }, ...change, xrdChange];
}

function assess(frame: Frame, cdpId: string): CdpHealth {
  return assessHealth(liveCdp(frame, cdpId), frame.state, momentOf(frame));
}

/** Repays loan after loan, in the order of the payments, until what is due is paid. */
function payDebt(
  frame: Frame,
  {
    health,
    cdpId,
    payments,
    due,
  }: { health: CdpHealth; cdpId: string; payments: readonly Bucket[]; due: Num },
): { readonly paid: Bucket[]; readonly change: Bucket[] } {
  const paid: Bucket[] = [];
  const change: Bucket[] = [];
  let left = due;
  for (const { resource, amount } of payments) {
    mustBeOn(frame, "RepayForNFTLiquidation", ["Global", resource]);
    const loan = health.loans.find(({ state }) => state.asset === resource);
    if (loan === undefined) {
      throw new ManifestFailure(`LendingMarket: CDP ${cdpId} owes no ${resource}`);
    }
    const repaid = min(amount, amountDue(frame, loan, left));
    if (amount.gt(repaid) && frame.rules.excessPayment === "rejected") {
      throw new ManifestFailure(
        `LendingMarket: payment ${text(amount)} exceeds what is due, ${text(repaid)}`,
      );
    }
    if (repaid.gt(0)) {
      const cdp = liveCdp(frame, cdpId);
      const loans = repay(frame, cdp.loans, { loan, repaid });
      frame.state.cdps.set(cdpId, { ...cdp, loans });
      left = Num.max(left.minus(times(repaid, loan.price)), ZERO);
      paid.push({ resource, amount: repaid });
    }
    change.push({ resource, amount: amount.minus(repaid) });
  }
  // A payment that covers what is due is a unit of the last place above it, never under.
  if (left.gt(0) && !paysOff(health, paid, due)) {
    throw new ManifestFailure(`LendingMarket: ${text(left)} XRD of the debt left to pay`);
  }
  return { paid, change };
}

/** What of a loan is worth a sum, rounded up to what the asset can be split into; all of it when it is worth no more. */
function amountDue(
  frame: Frame,
  { amount, value, price, config, entry }: LoanHealth,
  sum: Num,
): Num {
  const { divisibility } = entry.asset;
  if (frame.rules.nftCloseFactor === "applied") {
    const most = floorTo(times(amount, config.closeFactor), divisibility);
    return min(most, ceilTo(over(sum, price), divisibility));
  }
  return ceilTo(sum.gte(value) ? amount : over(sum, price), divisibility);
}

/** Whether less than the least amount of an asset is missing: a part of a loan cannot always be paid exactly. */
function paysOff(health: CdpHealth, paid: readonly Bucket[], due: Num): boolean {
  return paid.some(({ resource }) => {
    const loan = health.loans.find(({ state }) => state.asset === resource);
    const least = new Num(10).pow(-(loan?.entry.asset.divisibility ?? 0));
    const sum = paid.reduce((total, bucket) => {
      const price = health.loans.find(({ state }) => state.asset === bucket.resource)?.price;
      return total.plus(times(bucket.amount, price ?? ZERO));
    }, ZERO);
    return due.minus(sum).lte(times(least, loan?.price ?? ZERO));
  });
}

/** The compensation becomes collateral of the CDP, the fee is the protocol's. */
function payXrd(
  frame: Frame,
  cdpId: string,
  { compensation, terms }: { compensation: Bucket; terms: NftTerms },
): Bucket {
  const { xrd } = ADDRESSES;
  const change = compensation.amount.minus(terms.xrd);
  if (compensation.resource !== xrd || change.isNegative()) {
    throw new ManifestFailure(
      `LendingMarket: ${text(terms.xrd)} XRD of compensation and fee expected`,
    );
  }
  if (change.gt(0) && frame.rules.excessPayment === "rejected") {
    throw new ManifestFailure(`LendingMarket: ${text(change)} XRD of compensation too much`);
  }
  const kept = new Map(frame.state.protocol.get(ADDRESSES.lendingMarket));
  kept.set(xrd, (kept.get(xrd) ?? ZERO).plus(terms.fee));
  frame.state.protocol.set(ADDRESSES.lendingMarket, kept);
  addCollateral(frame, cdpId, terms.xrd.minus(terms.fee));
  return { resource: xrd, amount: change };
}

function addCollateral(frame: Frame, cdpId: string, amount: Num): void {
  if (amount.isZero()) return;
  const cdp = liveCdp(frame, cdpId);
  const fresh: CollateralState = {
    resource: ADDRESSES.xrd,
    amount: "0",
    version: collateralVersion(0, 2),
    mode: { kind: "none" },
  };
  const old = cdp.collaterals.find(({ resource }) => resource === fresh.resource) ?? fresh;
  const grown = { ...old, amount: text(amount.plus(old.amount)) };
  const others = cdp.collaterals.filter((one) => one !== old);
  frame.state.cdps.set(cdpId, { ...cdp, collaterals: [...others, grown] });
}
