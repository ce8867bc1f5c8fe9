import { type Cdp, healthAssessor, type Market } from "@weft/protocol";

export interface HealthRate {
  /** CDPs of the book that have a debt to weigh; the others end at the first look and are not counted. */
  readonly indebted: number;
  readonly evaluations: number;
  readonly evaluationsPerSecond: number;
}

/**
 * Values the indebted CDPs of a book again and again for `durationMs` of CPU time, after a fifth of that to warm up.
 *
 * @param cpuMs CPU time of this process so far, milliseconds: what others do on the machine does not count
 */
export function measureHealth(
  { market, book }: { readonly market: Market; readonly book: readonly Cdp[] },
  durationMs: number,
  cpuMs: () => number,
): HealthRate {
  const assess = healthAssessor(market);
  const indebted = book.filter((cdp) => assess(cdp).kind === "valued");
  if (indebted.length === 0) throw new Error("no CDP of the book can be valued");
  const runFor = (ms: number) => {
    const startedMs = cpuMs();
    let evaluations = 0;
    let passedMs = 0;
    while (passedMs < ms) {
      for (const cdp of indebted) assess(cdp);
      evaluations += indebted.length;
      passedMs = cpuMs() - startedMs;
    }
    return { evaluations, passedMs };
  };
  runFor(durationMs / 5);
  const { evaluations, passedMs } = runFor(durationMs);
  const evaluationsPerSecond = Math.round(evaluations / (passedMs / 1_000));
  return { indebted: indebted.length, evaluations, evaluationsPerSecond };
}
