import type { BatchSummary } from "@weft/messages";
import type { RunBooks } from "./books.ts";

/** Every position a run expected, by what became of it. */
export interface Coverage {
  readonly expected: number;
  readonly scanned: number;
  readonly skipped: number;
  readonly failed: number;
}

export function coverageOf({ manifest, summaries }: RunBooks): Coverage {
  const sum = (count: (summary: BatchSummary) => number) =>
    summaries.reduce((total, summary) => total + count(summary), 0);
  return {
    expected: manifest.expected,
    scanned: sum(({ scanned }) => scanned),
    skipped: sum(({ skipped }) => total(skipped)),
    failed: sum(({ failed }) => total(failed)),
  };
}

export function sumCoverage(parts: readonly Coverage[]): Coverage {
  return parts.reduce(
    (all, part) => ({
      expected: all.expected + part.expected,
      scanned: all.scanned + part.scanned,
      skipped: all.skipped + part.skipped,
      failed: all.failed + part.failed,
    }),
    { expected: 0, scanned: 0, skipped: 0, failed: 0 },
  );
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
