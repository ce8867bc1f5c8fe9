import type { SimulatedLedger } from "../ledger/types.ts";

interface Change {
  readonly set: Readonly<Record<string, string | null>>;
  readonly copy?: true | undefined;
  readonly ageSeconds?: number | undefined;
  readonly available?: boolean | undefined;
}

export interface ReferenceSource {
  apply(change: Change): void;
  /** What it answers now; undefined when it does not. */
  answer():
    | {
        readonly version: 1;
        readonly prices: Readonly<
          Record<string, { readonly priceXrd: string; readonly observedAt: string }>
        >;
      }
    | undefined;
}

/** Knows nothing at first, and looks anew whenever it is asked. */
export function createReferenceSource(
  ledger: Pick<SimulatedLedger, "nowMs" | "prices">,
): ReferenceSource {
  const prices = new Map<string, string>();
  let ageSeconds = 0;
  let isAvailable = true;
  return {
    apply(change) {
      if (change.copy) {
        for (const [resource, price] of Object.entries(ledger.prices()))
          prices.set(resource, price);
      }
      for (const [resource, price] of Object.entries(change.set)) {
        if (price === null) prices.delete(resource);
        else prices.set(resource, price);
      }
      ageSeconds = change.ageSeconds ?? ageSeconds;
      isAvailable = change.available ?? isAvailable;
    },
    answer() {
      if (!isAvailable) return undefined;
      const observedAt = new Date(ledger.nowMs() - ageSeconds * 1_000).toISOString();
      const told = [...prices].map(([resource, priceXrd]) => [resource, { priceXrd, observedAt }]);
      return { version: 1, prices: Object.fromEntries(told) };
    },
  };
}
