import { type GatewayClient, type MarketFacts, readBalances } from "@weft/ledger";
import { parseDecimal } from "@weft/protocol";
import type { Logger } from "@weft/runtime";
import type { AttemptStore, Reservations } from "@weft/store";
import type { Config } from "./config.ts";
import { leaseMsFor } from "./hold-lease.ts";
import type { Metrics } from "./metrics.ts";
import { releaseOrphanedHolds } from "./release-orphaned-holds.ts";
import { createTreasurer, type Treasurer } from "./treasurer.ts";
import { showTreasury, watchTreasury } from "./watch-treasury.ts";

interface TreasuryAdapters {
  readonly gateway: GatewayClient;
  readonly account: string;
  readonly attempts: AttemptStore;
  readonly reservations: Reservations;
  readonly market: MarketFacts;
  readonly metrics: Metrics;
  readonly owner: string;
  readonly log: Logger;
}

/** The treasurer of the account, and the rounds that keep it: one to look, one to let go. */
export function wireTreasury(config: Config, adapters: TreasuryAdapters) {
  const { attempts, reservations, owner, log } = adapters;
  const treasurer = wireTreasurer(config, adapters);
  const leaseMs = leaseMsFor(config.VISIBILITY_TIMEOUT_SECONDS);
  const orphans = {
    ...{ reservations, wallMs: Date.now, log },
    acquireLease: (cdpId: string, signal: AbortSignal) =>
      attempts.acquireLease({ cdpId, owner, nowMs: Date.now(), leaseMs }, signal),
    releaseLease: attempts.releaseLease,
  };
  return {
    treasurer,
    watch: (signal: AbortSignal) => watchTreasury(treasurer, log, signal),
    releaseOrphanedHolds: (signal: AbortSignal) => releaseOrphanedHolds(orphans, signal),
  };
}

function wireTreasurer(
  config: Config,
  { gateway, account, reservations, market, metrics }: TreasuryAdapters,
): Treasurer {
  const { xrd, assets } = market;
  const ceilingXrdPerHour = parseDecimal(config.SPEND_CEILING_XRD_PER_HOUR);
  const minBalanceXrd = parseDecimal(config.MIN_BALANCE_XRD);
  return createTreasurer({
    reservations,
    readBalances: (signal) => readBalances(gateway, account, signal),
    xrd,
    feeLockXrd: parseDecimal(config.FEE_LOCK_XRD),
    keep: config.INVENTORY_KEEP,
    ceilingXrdPerHour,
    wallMs: Date.now,
    nowMs: () => performance.now(),
    observe: showTreasury({
      ...{ metrics, assets, xrd, ceilingXrdPerHour, minBalanceXrd },
      wallMs: Date.now,
    }),
  });
}
