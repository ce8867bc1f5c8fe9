import { drawBook } from "./book.ts";
import { type Overlays, overlay, type Tables, writeThrough } from "./history.ts";
import {
  currentPrices,
  FEED_INTERVAL_SECONDS,
  observePrices,
  oldestObservation,
} from "./price-feed.ts";
import { START_STATE_VERSION } from "./prices.ts";
import { sinkBook } from "./sink-book.ts";
import { createTimeline, type Timeline } from "./time.ts";
import type { LedgerPoint } from "./types.ts";

/** State, its history and the points it went through. Nothing moves unless told to. */
export interface Chain {
  readonly tables: Tables;
  readonly timeline: Timeline;
  readonly startVersion: number;
  /** Makes the rounds due by a time, and has the feed look when it is due and alive. */
  catchUp(timestampMs: number, feed: "live" | "stopped"): void;
  /** Changes the state in a transaction of its own, or not at all when the change throws. */
  apply(change: (state: Overlays, nowSeconds: number) => void): LedgerPoint;
  /** Puts what a transaction wrote on the ledger, at a new state version. */
  commit(state: Overlays): LedgerPoint;
}

export function createChain(options: {
  cdps: number;
  seed: number;
  startMs: number;
  underWater: boolean;
}): Chain {
  const startVersion = START_STATE_VERSION;
  const startSeconds = Math.floor(options.startMs / 1_000);
  const tables = drawBook({ ...options, startVersion, startSeconds });
  if (options.underWater) sinkBook(tables, { startVersion, startSeconds });
  const timeline = createTimeline(options.startMs, startVersion);

  const commit: Chain["commit"] = (state) => {
    const point = timeline.addTransaction();
    writeThrough(tables, state, point.stateVersion);
    return point;
  };
  const apply: Chain["apply"] = (change) => {
    const state = overlay(tables);
    change(state, Math.floor(timeline.head().timestampMs / 1_000));
    return commit(state);
  };
  return {
    tables,
    timeline,
    startVersion,
    commit,
    apply,
    catchUp(timestampMs, feed) {
      timeline.roundsUntil(timestampMs);
      const headSeconds = Math.floor(timeline.head().timestampMs / 1_000);
      if (feed === "live" && headSeconds - oldestObservation(tables) >= FEED_INTERVAL_SECONDS) {
        apply((state, nowSeconds) => observePrices(state, currentPrices(state), nowSeconds));
      }
    },
  };
}
