import { RESOURCE_ENTRIES } from "./addresses.ts";
import type { Overlays } from "./history.ts";
import { Num } from "./numbers.ts";

/**
 * Gives an account resources from outside the book.
 * @throws {RangeError} on an address that is no account, a resource that is none, or an amount that cannot be split so
 */
export function fundAccount(
  state: Overlays,
  account: string,
  amounts: Readonly<Record<string, string>>,
): void {
  if (!account.startsWith("account_sim1")) {
    throw new RangeError(`${account} is not an account of this network`);
  }
  const held = new Map(state.accounts.get(account));
  for (const [resource, amount] of Object.entries(amounts)) {
    const divisibility = RESOURCE_ENTRIES.get(resource)?.asset.divisibility;
    if (divisibility === undefined) {
      throw new RangeError(`no fungible resource ${resource}`);
    }
    const added = /^\d+(\.\d+)?$/.test(amount) ? new Num(amount) : undefined;
    if (added === undefined || added.decimalPlaces() > divisibility) {
      throw new RangeError(`${amount} is not an amount of ${resource}`);
    }
    held.set(resource, added.plus(held.get(resource) ?? 0));
  }
  state.accounts.set(account, held);
}
