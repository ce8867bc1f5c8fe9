import { type Value, ValueKind } from "@radixdlt/radix-engine-toolkit";
import { ADDRESSES, addressOf, RESOURCE_ENTRIES } from "./addresses.ts";
import { type Bucket, type Frame, ManifestFailure, takeBucket } from "./manifest-frame.ts";
import {
  addressOfValue,
  argumentsOf,
  bucketIdOf,
  decimalOf,
  elementsOf,
} from "./manifest-values.ts";
import { type Num, text, ZERO } from "./numbers.ts";
import { own, tuple } from "./sbor.ts";
import type { SborNode } from "./types.ts";

/** What a method that returns nothing returns. */
export const UNIT: SborNode = tuple();

/** A method of an account, or undefined when accounts have no such method. */
export function callAccount(
  frame: Frame,
  account: string,
  method: string,
  args: Value,
): SborNode | undefined {
  switch (method) {
    case "lock_fee":
    case "lock_contingent_fee":
      return lockFee(frame, account, { args, method });
    case "withdraw":
      return withdraw(frame, account, args);
    case "deposit_batch": {
      mustOwn(frame, account, method);
      const [batch] = argumentsOf(args, method, 1);
      return deposit(frame, account, bucketsOf(frame, batch));
    }
    case "try_deposit_batch_or_abort": {
      const [batch] = argumentsOf(args, method, 2);
      return deposit(frame, account, bucketsOf(frame, batch));
    }
    default:
      return undefined;
  }
}

/** Adds to what an account holds; a negative amount takes away. */
export function changeBalance(
  state: Frame["state"],
  account: string,
  { resource, amount }: Bucket,
): void {
  const held = new Map(state.accounts.get(account));
  const left = (held.get(resource) ?? ZERO).plus(amount);
  if (left.isNegative()) {
    throw new ManifestFailure(`InsufficientBalance: ${account} holds too little of ${resource}`);
  }
  held.set(resource, left);
  state.accounts.set(account, held);
}

function lockFee(
  frame: Frame,
  account: string,
  { args, method }: { args: Value; method: string },
): SborNode {
  mustOwn(frame, account, method);
  const amount = decimalOf(argumentsOf(args, method, 1)[0]);
  if (amount.isNegative()) {
    throw new ManifestFailure("VaultError(InvalidAmount)");
  }
  changeBalance(frame.state, account, { resource: ADDRESSES.xrd, amount: amount.negated() });
  frame.locks.push({ account, amount, contingent: method === "lock_contingent_fee" });
  return UNIT;
}

function withdraw(frame: Frame, account: string, args: Value): SborNode {
  mustOwn(frame, account, "withdraw");
  const [address, quantity] = argumentsOf(args, "withdraw", 2);
  const resource = addressOfValue(address);
  const amount = amountOf(resource, decimalOf(quantity));
  changeBalance(frame.state, account, { resource, amount: amount.negated() });
  frame.worktop.put({ resource, amount });
  return own(addressOf("object", "bucket"));
}

function deposit(frame: Frame, account: string, buckets: readonly Bucket[]): SborNode {
  for (const bucket of buckets) {
    if (bucket.resource === ADDRESSES.transientResource) {
      throw new ManifestFailure(`NotDepositable: ${bucket.resource} lives in one transaction only`);
    }
    changeBalance(frame.state, account, bucket);
  }
  return UNIT;
}

function bucketsOf(frame: Frame, value: Value | undefined): Bucket[] {
  if (value?.kind === ValueKind.Expression) {
    return frame.worktop.takeEverything();
  }
  return elementsOf(value).map((element) => takeBucket(frame, bucketIdOf(element)));
}

function mustOwn(frame: Frame, account: string, method: string): void {
  if (frame.owners !== "all" && !frame.owners.has(account)) {
    throw new ManifestFailure(`Unauthorized: ${method} of ${account} needs its owner's signature`);
  }
}

/**
 * An amount of a resource, when the resource can be split so.
 * @throws {ManifestFailure}
 */
export function amountOf(resource: string, amount: Num): Num {
  const divisibility = RESOURCE_ENTRIES.get(resource)?.asset.divisibility;
  if (divisibility === undefined) {
    throw new ManifestFailure(`no fungible resource ${resource}`);
  }
  if (amount.isNegative() || amount.decimalPlaces() > divisibility) {
    throw new ManifestFailure(
      `InvalidAmount: ${text(amount)} of a resource with divisibility ${divisibility}`,
    );
  }
  return amount;
}
