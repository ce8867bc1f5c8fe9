import type { Value } from "@radixdlt/radix-engine-toolkit";
import { amountOf } from "./account-methods.ts";
import { ADDRESSES, addressOf, depositUnitAddress, RESOURCE_ENTRIES } from "./addresses.ts";
import {
  type Bucket,
  type FlashDebt,
  type Frame,
  ManifestFailure,
  takeBucket,
} from "./manifest-frame.ts";
import {
  addressOfValue,
  argumentsOf,
  bucketIdOf,
  decimalOf,
  elementsOf,
  entriesOf,
} from "./manifest-values.ts";
import type { PoolState } from "./model.ts";
import { ceilTo, floorTo, type Num, ONE, text, times, ZERO } from "./numbers.ts";
import { accruePendingInterest } from "./pools.ts";
import { FLASH_LOAN_FEE_RATE } from "./risk-parameters.ts";
import { array, map, own, reference, tuple, variant } from "./sbor.ts";
import { contributionNode } from "./state-sbor.ts";
import type { SborNode } from "./types.ts";

/** A method of the lending pool, or undefined when it has no such method here. */
export function callPool(frame: Frame, method: string, args: Value): SborNode | undefined {
  if (frame.rules.interest === "pending") accruePendingInterest(frame.state, frame.nowSeconds);
  switch (method) {
    case "take_flash_loan":
      return takeFlashLoan(frame, args);
    case "repay_flash_loan":
      return repayFlashLoan(frame, args);
    case "deposit":
      return exchange(frame, args, { method, change: deposited });
    case "withdraw":
      return exchange(frame, args, { method, change: withdrawn });
    case "get_pool_state":
      return getPoolState(frame, args);
    default:
      return undefined;
  }
}

/** The loan, and a term that no account takes: only who pays the loan back with its fee gets rid of it. */
function takeFlashLoan(frame: Frame, args: Value): SborNode {
  const [wanted] = argumentsOf(args, "take_flash_loan", 1);
  if (frame.flashLoan !== null) {
    throw new ManifestFailure("LendingPool: one flash loan at a time");
  }
  const owed = new Map<string, FlashDebt>();
  for (const { key, value } of entriesOf(wanted)) {
    const asset = addressOfValue(key);
    const amount = amountOf(asset, decimalOf(value));
    const { divisibility } = poolOf(frame, asset);
    changeLiquidity(frame, asset, amount.negated());
    frame.worktop.put({ resource: asset, amount });
    const fee = ceilTo(amount.times(FLASH_LOAN_FEE_RATE), divisibility);
    owed.set(asset, { lent: amount, fee });
  }
  if (owed.size === 0) {
    throw new ManifestFailure("LendingPool: nothing to lend");
  }
  frame.flashLoan = owed;
  frame.flashLent = true;
  frame.worktop.put({ resource: ADDRESSES.transientResource, amount: ONE });
  return tuple(buckets(owed.size), own(addressOf("object", "bucket")));
}

function repayFlashLoan(frame: Frame, args: Value): SborNode {
  const [payments, term] = argumentsOf(args, "repay_flash_loan", 2);
  const paid = elementsOf(payments).map((payment) => takeBucket(frame, bucketIdOf(payment)));
  const { resource } = takeBucket(frame, bucketIdOf(term));
  const owed = frame.flashLoan;
  if (resource !== ADDRESSES.transientResource || owed === null) {
    throw new ManifestFailure("LendingPool: no term of a flash loan");
  }
  const held = new Map<string, Num>();
  for (const bucket of paid) {
    held.set(bucket.resource, bucket.amount.plus(held.get(bucket.resource) ?? ZERO));
  }
  for (const [asset, { lent, fee }] of owed) {
    const amount = lent.plus(fee);
    const change = (held.get(asset) ?? ZERO).minus(amount);
    if (change.isNegative()) {
      throw new ManifestFailure(
        `LendingPool: flash loan not paid back, ${text(amount)} of ${asset} expected`,
      );
    }
    changeLiquidity(frame, asset, amount);
    keepFee(frame, asset, fee);
    held.set(asset, change);
  }
  for (const [asset, amount] of held) {
    frame.worktop.put({ resource: asset, amount });
  }
  frame.flashLoan = null;
  return tuple(buckets(held.size), variant(0));
}

/** The fee lies with the liquidity, and is the protocol's. */
function keepFee(frame: Frame, asset: string, fee: Num): void {
  const { pool } = poolOf(frame, asset);
  frame.state.pools.set(asset, { ...pool, pendingFee: pool.pendingFee.plus(fee) });
}

function exchange(
  frame: Frame,
  args: Value,
  { method, change }: { method: string; change: (frame: Frame, bucket: Bucket) => Bucket },
): SborNode {
  const [given] = argumentsOf(args, method, 1);
  const bought = elementsOf(given).map((bucket) =>
    change(frame, takeBucket(frame, bucketIdOf(bucket))),
  );
  for (const bucket of bought) {
    frame.worktop.put(bucket);
  }
  return buckets(bought.length);
}

/** Deposit units are minted for an asset. */
function deposited(frame: Frame, { resource: asset, amount }: Bucket): Bucket {
  const { pool, symbol, divisibility } = poolOf(frame, asset);
  const units = floorTo(times(amount, pool.deposit.ratio), divisibility);
  const unit = depositUnitAddress(symbol);
  const deposit = {
    ...pool.deposit,
    total: pool.deposit.total.plus(amount),
    units: pool.deposit.units.plus(units),
  };
  frame.state.pools.set(asset, { ...pool, liquidity: pool.liquidity.plus(amount), deposit });
  retire(frame, unit, units.negated());
  return { resource: unit, amount: units };
}

/** The asset for its deposit units, cut to what the asset can be split into. */
function withdrawn(frame: Frame, { resource: unit, amount: units }: Bucket): Bucket {
  const entry = RESOURCE_ENTRIES.get(unit);
  if (entry === undefined || !entry.isDepositUnit) {
    throw new ManifestFailure(`LendingPool: ${unit} is no deposit unit`);
  }
  const asset = entry.assetAddress;
  const { pool, divisibility } = poolOf(frame, asset);
  const amount = floorTo(units.div(pool.deposit.ratio), divisibility);
  changeLiquidity(frame, asset, amount.negated());
  const { pool: after } = poolOf(frame, asset);
  const deposit = {
    ...after.deposit,
    total: after.deposit.total.minus(amount),
    units: after.deposit.units.minus(units),
  };
  frame.state.pools.set(asset, { ...after, deposit });
  retire(frame, unit, units);
  return { resource: asset, amount };
}

/** Units burnt, less units minted: with what is held they are as many as ever. */
function retire(frame: Frame, unit: string, units: Num): void {
  const retired = new Map(frame.state.protocol.get(ADDRESSES.lendingPool));
  retired.set(unit, units.plus(retired.get(unit) ?? ZERO));
  frame.state.protocol.set(ADDRESSES.lendingPool, retired);
}

function getPoolState(frame: Frame, args: Value): SborNode {
  const addresses = elementsOf(argumentsOf(args, "get_pool_state", 1)[0]).map(addressOfValue);
  const entries = addresses.map((asset) => {
    const { pool, divisibility } = poolOf(frame, asset);
    const [loan, deposit] = [pool.loan, pool.deposit].map((side) =>
      contributionNode(divisibility, side),
    );
    return { key: reference(asset), value: tuple(loan as SborNode, deposit as SborNode) };
  });
  return map("Reference", "Tuple", entries);
}

function changeLiquidity(frame: Frame, asset: string, change: Num): void {
  const { pool } = poolOf(frame, asset);
  const liquidity = pool.liquidity.plus(change);
  if (liquidity.isNegative()) {
    throw new ManifestFailure(
      `LendingPool: not enough liquidity of ${asset}, ${text(pool.liquidity)} there`,
    );
  }
  frame.state.pools.set(asset, { ...pool, liquidity });
}

function poolOf(
  frame: Frame,
  asset: string,
): { readonly pool: PoolState; readonly symbol: string; readonly divisibility: number } {
  const entry = RESOURCE_ENTRIES.get(asset);
  const pool = frame.state.pools.get(asset);
  if (entry === undefined || pool === undefined) {
    throw new ManifestFailure(`LendingPool: no pool of ${asset}`);
  }
  return { pool, symbol: entry.asset.symbol, divisibility: entry.asset.divisibility };
}

function buckets(count: number): SborNode {
  return array(
    "Own",
    Array.from({ length: count }, () => own(addressOf("object", "bucket"))),
  );
}
