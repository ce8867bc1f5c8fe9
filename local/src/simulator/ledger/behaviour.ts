import type { LedgerBehaviour } from "./types.ts";

/**
 * The switches of a ledger. Everything that is due happens before it freezes, and nothing that fell due in
 * between happens at once when it thaws: rounds begin again at that moment.
 */
export function createBehaviour(options: {
  commitDelayMs: number;
  beforeFreeze: () => void;
  afterThaw: () => void;
}): LedgerBehaviour & { priceFeed: "live" | "stopped" } {
  let frozen = false;
  return {
    commitDelayMs: options.commitDelayMs,
    excessPayment: "returned",
    seizureOrder: "as_requested",
    interest: "written",
    dust: "allowed",
    nftFee: "on_top",
    nftCloseFactor: "ignored",
    rounding: "each_step",
    line: "above",
    thresholds: "as_configured",
    emptyRatio: "greatest",
    refusedCdpIds: [],
    failingCdpIds: [],
    dexSpread: "0.003",
    dexDepthXrd: "1000000000000",
    priceFeed: "live",
    get frozen() {
      return frozen;
    },
    set frozen(wanted) {
      if (wanted === frozen) {
        return;
      }
      if (wanted) {
        options.beforeFreeze();
      }
      frozen = wanted;
      if (!wanted) {
        options.afterThaw();
      }
    },
  };
}
