/** Seeded draws: the same seed gives the same numbers on every machine. */
export interface Random {
  /** In [0, 1), 32 bits of it. */
  unit(): number;
  between(low: number, high: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** An index, drawn in proportion to its weight. */
  weighted(weights: readonly number[]): number;
  /** Normal with mean 0 and deviation 1, by Box and Muller. */
  normal(): number;
  digits(count: number): string;
}

/** sfc32, seeded from one number and run in. */
export function createRandom(seed: number): Random {
  let a = seed >>> 0;
  let b = (seed ^ 0x9e3779b9) >>> 0;
  let c = 0x243f6a88;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  for (let round = 0; round < 16; round += 1) {
    next();
  }
  const unit = () => next() / 4_294_967_296;
  return {
    unit,
    between: (low, high) => low + (high - low) * unit(),
    chance: (probability) => unit() < probability,
    weighted(weights) {
      let left = unit() * weights.reduce((sum, weight) => sum + weight, 0);
      for (const [index, weight] of weights.entries()) {
        left -= weight;
        if (left < 0) {
          return index;
        }
      }
      return weights.length - 1;
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    digits: (count) => Array.from({ length: count }, () => Math.floor(unit() * 10)).join(""),
  };
}
