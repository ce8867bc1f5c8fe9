import type { Value } from "@radixdlt/radix-engine-toolkit";
import { addressOf, RESOURCE_ENTRIES } from "./addresses.ts";
import { healthCheckerNode } from "./get-cdp.ts";
import { assessHealth, ValuationError } from "./health.ts";
import { liquidateOnce } from "./liquidation.ts";
import {
  type Bucket,
  type Frame,
  liveCdp,
  ManifestFailure,
  momentOf,
  takeBucket,
} from "./manifest-frame.ts";
import {
  addressOfValue,
  argumentsOf,
  bucketIdOf,
  elementsOf,
  localIdOf,
  optionOf,
} from "./manifest-values.ts";
import { takeNft } from "./nft-liquidation.ts";
import { DECIMAL_MAX, text } from "./numbers.ts";
import { accruePendingInterest } from "./pools.ts";
import { array, decimal, localId, map, own, reference } from "./sbor.ts";
import type { SborNode } from "./types.ts";

/** A method of the lending market, or undefined when it has no such method here. */
export function callMarket(frame: Frame, method: string, args: Value): SborNode | undefined {
  switch (method) {
    case "get_cdp":
      return getCdp(frame, args);
    case "get_price":
      return getPrice(frame, args);
    case "liquidate":
      return liquidate(frame, args);
    case "liquidate_nft":
      return liquidateNft(frame, args);
    default:
      return undefined;
  }
}

function getCdp(frame: Frame, args: Value): SborNode {
  const ids = elementsOf(argumentsOf(args, "get_cdp", 1)[0]).map(localIdOf);
  const entries = [...new Set(ids)].map((id) => ({
    key: localId(id),
    value: healthCheckerNode(assess(frame, id), frame.rules),
  }));
  return map("NonFungibleLocalId", "Tuple", entries);
}

function getPrice(frame: Frame, args: Value): SborNode {
  const addresses = elementsOf(argumentsOf(args, "get_price", 1)[0]).map(addressOfValue);
  const entries = addresses.map((address) => {
    const { price, isGone } = frame.state.prices.get(address) ?? {};
    if (price === undefined || isGone || RESOURCE_ENTRIES.get(address)?.isDepositUnit) {
      throw new ManifestFailure(`LendingMarket: no price of ${address}`);
    }
    return { key: reference(address), value: decimal(text(price)) };
  });
  return map("Reference", "Decimal", entries);
}

function liquidate(frame: Frame, args: Value): SborNode {
  const [id, payments, requested] = argumentsOf(args, "liquidate", 3);
  const cdpId = localIdOf(id);
  const wanted = optionOf(requested);
  const resources = wanted === null ? null : [...new Set(elementsOf(wanted).map(addressOfValue))];
  const buckets = elementsOf(payments).map((payment) => takeBucket(frame, bucketIdOf(payment)));
  mustBeLiquidatable(frame, cdpId);
  if (buckets.length === 0) {
    throw new ManifestFailure("LendingMarket: no payment");
  }
  return handOut(
    frame,
    merged(buckets).flatMap((payment) =>
      liquidateOnce(frame, cdpId, { payment, requested: resources }),
    ),
  );
}

function liquidateNft(frame: Frame, args: Value): SborNode {
  const [id, payments, nftResource, nftId, compensation] = argumentsOf(args, "liquidate_nft", 5);
  const cdpId = localIdOf(id);
  const buckets = elementsOf(payments).map((payment) => takeBucket(frame, bucketIdOf(payment)));
  const request = {
    payments: merged(buckets),
    nft: { resource: addressOfValue(nftResource), id: localIdOf(nftId) },
    compensation: takeBucket(frame, bucketIdOf(compensation)),
  };
  mustBeLiquidatable(frame, cdpId);
  return handOut(frame, takeNft(frame, cdpId, request));
}

function mustBeLiquidatable(frame: Frame, cdpId: string): void {
  const { liquidationLtv } = assess(frame, cdpId);
  if (frame.rules.line === "at" ? liquidationLtv.lt(1) : liquidationLtv.lte(1)) {
    throw new ManifestFailure(
      `LendingMarket: CDP ${cdpId} cannot be liquidated, its liquidation_ltv is ${text(liquidationLtv)}`,
    );
  }
  if (frame.rules.refusedCdpIds.includes(cdpId)) {
    throw new ManifestFailure(`LendingMarket: CDP ${cdpId} cannot give up its collateral`);
  }
}

function handOut(frame: Frame, returned: readonly Bucket[]): SborNode {
  for (const bucket of returned) {
    frame.worktop.put(bucket);
  }
  return array(
    "Own",
    returned.map(() => own(addressOf("object", "bucket"))),
  );
}

function assess(frame: Frame, cdpId: string) {
  // Of a preview nothing remains; a liquidation leaves the pools written.
  if (frame.rules.interest === "pending") accruePendingInterest(frame.state, frame.nowSeconds);
  const health = valued(frame, cdpId);
  if (frame.rules.emptyRatio === "fails" && health.liquidationLtv.eq(DECIMAL_MAX)) {
    throw new ManifestFailure(`LendingMarket: CDP ${cdpId}: division by zero`);
  }
  return health;
}

function valued(frame: Frame, cdpId: string) {
  try {
    return assessHealth(liveCdp(frame, cdpId), frame.state, momentOf(frame));
  } catch (error) {
    if (error instanceof ValuationError) {
      throw new ManifestFailure(`LendingMarket: CDP ${cdpId}: ${error.message}`);
    }
    throw error;
  }
}

/** One payment per resource: the close factor holds over all buckets of one. */
function merged(buckets: readonly Bucket[]): Bucket[] {
  const byResource = new Map<string, Bucket>();
  for (const bucket of buckets) {
    const before = byResource.get(bucket.resource);
    const amount = before === undefined ? bucket.amount : before.amount.plus(bucket.amount);
    byResource.set(bucket.resource, { resource: bucket.resource, amount });
  }
  return [...byResource.values()];
}
