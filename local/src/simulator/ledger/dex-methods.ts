import type { Value } from "@radixdlt/radix-engine-toolkit";
import { changeBalance } from "./account-methods.ts";
import { ADDRESSES, addressOf, DEX_ASSETS, resourceEntry } from "./addresses.ts";
import { type Frame, ManifestFailure, takeBucket } from "./manifest-frame.ts";
import { argumentsOf, bucketIdOf } from "./manifest-values.ts";
import { floorTo, Num, ONE } from "./numbers.ts";
import { own } from "./sbor.ts";
import type { SborNode } from "./types.ts";

/**
 * A pool that swaps an asset for XRD and back, called as Ociswap's basic pools are: `swap(input_bucket: Bucket) -> Bucket`
 * (radixdlt/Ignition, packages/ociswap-v1-adapter-v1/src/lib.rs @ 80f731d). It trades around the market's price, less
 * the spread, and the worse the more is swapped at once.
 */
export function callDex(
  frame: Frame,
  { component, method, args }: { component: string; method: string; args: Value },
): SborNode | undefined {
  const asset = DEX_ASSETS.get(component);
  if (asset === undefined || method !== "swap") {
    return undefined;
  }
  const input = takeBucket(frame, bucketIdOf(argumentsOf(args, method, 1)[0]));
  const pair = [asset, ADDRESSES.xrd];
  const output = pair.find((resource) => resource !== input.resource);
  if (!pair.includes(input.resource) || output === undefined) {
    throw new ManifestFailure(`Pool: ${input.resource} does not belong to the pool`);
  }
  const value = input.amount.times(priceOf(frame, input.resource));
  const depth = new Num(frame.rules.dexDepthXrd);
  const received = value
    .times(ONE.minus(frame.rules.dexSpread))
    .times(depth)
    .div(depth.plus(value));
  const amount = floorTo(
    received.div(priceOf(frame, output)),
    resourceEntry(output).asset.divisibility,
  );
  changeBalance(frame.state, component, input);
  changeBalance(frame.state, component, { resource: output, amount: amount.negated() });
  frame.worktop.put({ resource: output, amount });
  frame.swaps += 1;
  return own(addressOf("object", "bucket"));
}

function priceOf(frame: Frame, resource: string): Num {
  const price = frame.state.prices.get(resource)?.price;
  if (price === undefined || price.isZero()) {
    throw new ManifestFailure(`Pool: no price of ${resource}`);
  }
  return price;
}
