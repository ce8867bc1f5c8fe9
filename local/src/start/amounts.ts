import { Decimal } from "decimal.js";

/** Wide enough for any sum of ledger amounts (58 digits) to be exact. */
const Exact = Decimal.clone({ precision: 100 });

/** The exact sum of decimal texts, as plain decimal text. */
export function sumDecimals(texts: readonly string[]): string {
  return texts.reduce((total, text) => total.plus(text), new Exact(0)).toFixed();
}

export interface ResourceAmount {
  readonly resource: string;
  readonly amount: string;
}

/** Whether both sides hold the same of every resource, however it is split or written. */
export function sameAmounts(
  left: readonly ResourceAmount[],
  right: readonly ResourceAmount[],
): boolean {
  const balance = new Map<string, Decimal>();
  const add = (sign: 1 | -1) => (part: ResourceAmount) => {
    const before = balance.get(part.resource) ?? new Exact(0);
    balance.set(part.resource, before.plus(new Exact(part.amount).times(sign)));
  };
  left.forEach(add(1));
  right.forEach(add(-1));
  return [...balance.values()].every((difference) => difference.isZero());
}

/** Canonical text of amounts: by resource, no superfluous digits. */
export function canonicalAmounts(parts: readonly ResourceAmount[]): string {
  return [...Map.groupBy(parts, ({ resource }) => resource)]
    .map(([resource, same]) => `${resource}=${sumDecimals(same.map(({ amount }) => amount))}`)
    .sort()
    .join(",");
}
