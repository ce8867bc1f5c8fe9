import type { SwapHop } from "./plan-types.ts";

/** A pool that swaps either of two resources for the other. */
export interface SwapPool {
  readonly component: string;
  readonly pair: readonly [string, string];
}

/**
 * Ways from one resource to another over one pool or over two; the pools named first win. A third hop would cost more than
 * a bonus brings.
 */
export function createSwapRoutes(
  pools: readonly SwapPool[],
): (from: string, to: string) => readonly SwapHop[] | undefined {
  const hopsFrom = (input: string) =>
    pools
      .filter(({ pair }) => pair.includes(input))
      .map(({ component: pool, pair }) => ({
        hop: { pool, input },
        output: pair[0] === input ? pair[1] : pair[0],
      }));
  return (from, to) => {
    const first = hopsFrom(from);
    const direct = first.find(({ output }) => output === to);
    if (direct !== undefined) return [direct.hop];
    for (const { hop, output } of first) {
      const second = hopsFrom(output).find((next) => next.output === to);
      if (second !== undefined) return [hop, second.hop];
    }
    return undefined;
  };
}
