import type { IndexBatch, RunPrices } from "@weft/messages";
import {
  formatDecimal,
  type Market,
  type PriceDecision,
  type ResourceAddress,
  SUSPECT_REASONS,
} from "@weft/protocol";
import type { Logger } from "@weft/runtime";
import type { MarketPrices, SuspectPrice } from "./judge-prices.ts";
import type { Metrics } from "./metrics.ts";

/** The guard's decisions as they are stored with the run. */
export function toRunPrices(
  { decisions }: MarketPrices,
  market: Market,
  { runId, stateVersion, ledgerTime }: IndexBatch,
): RunPrices {
  const assets = [...decisions].map(([resource, decision]) => {
    const observation = market.prices.get(resource);
    const base = decision.kind === "suspect" ? decision.base : null;
    return {
      resource,
      decision: decision.kind,
      because: becauseOf(decision),
      priceXrd: decision.price === null ? null : formatDecimal(decision.price),
      comparedWithXrd: base === null ? null : formatDecimal(base),
      observedAt:
        observation === undefined
          ? null
          : new Date(Number(observation.timestampSeconds) * 1_000).toISOString(),
      transactionHash: observation?.transactionHash ?? null,
    };
  });
  return { version: 1, runId, stateVersion, ledgerTime, assets };
}

/** Why a position cannot be judged, in one line of a snapshot. */
export function describeSuspect({ asset, decision }: SuspectPrice): string {
  const { reason, price, base } = decision;
  const numbers = [
    ...(price === null ? [] : [`at ${formatDecimal(price)} XRD`]),
    ...(base === null ? [] : [`against ${formatDecimal(base)}`]),
  ];
  return [`suspect price: ${reason} of ${asset}`, ...numbers].join(" ");
}

/** Counts decisions, and logs those that are not what they were. */
export function createPriceReporter({
  metrics,
  log,
}: {
  readonly metrics: Pick<Metrics, "priceDecisions" | "suspectAssets" | "assetSuspect">;
  readonly log: Logger;
}): (prices: MarketPrices, market: Market) => void {
  const last = new Map<ResourceAddress, string>();
  return ({ decisions }, market) => {
    const counts = new Map<string, number>();
    for (const [asset, decision] of decisions) {
      const because = becauseOf(decision);
      metrics.priceDecisions.inc({ because });
      metrics.assetSuspect.set({ asset }, decision.kind === "suspect" ? 1 : 0);
      if (decision.kind === "suspect") counts.set(because, (counts.get(because) ?? 0) + 1);
      // Accepted is accepted, for whatever reason: only that changes something for a CDP.
      const known = decision.kind === "accepted" ? "accepted" : because;
      if (last.get(asset) === known) continue;
      last.set(asset, known);
      const line = { asset, stateVersion: String(market.stateVersion), ...plain(decision) };
      if (decision.kind === "suspect") log.warn(line, "price suspect");
      else log.info(line, "price accepted");
    }
    for (const reason of SUSPECT_REASONS) {
      metrics.suspectAssets.set({ reason }, counts.get(reason) ?? 0);
    }
  };
}

const becauseOf = (decision: PriceDecision) =>
  decision.kind === "accepted" ? decision.basis : decision.reason;

const plain = (decision: PriceDecision) => ({
  because: becauseOf(decision),
  priceXrd: decision.price === null ? undefined : formatDecimal(decision.price),
  comparedWithXrd:
    decision.kind === "suspect" && decision.base !== null
      ? formatDecimal(decision.base)
      : undefined,
});
