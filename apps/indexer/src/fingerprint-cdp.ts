import { createHash } from "node:crypto";
import type { Cdp } from "@weft/protocol";

/** 64 bits, as 16 hex digits: enough to tell one state of a CDP from its next. */
const HEX_DIGITS = 16;

/**
 * A short name for all that a CDP's NFT says of it: what its owner, or a liquidation, changes about the CDP changes it;
 * interest and prices do not. The order of resources does not matter.
 */
export function fingerprintCdp(cdp: Cdp): string {
  const parts = [
    cdp.updatedAtSeconds,
    sorted(cdp.loans, ({ units, configVersion }) => [units, configVersion]),
    sorted(cdp.collaterals, ({ amount, entryVersion, efficiencyMode }) => [
      ...[amount, entryVersion, efficiencyMode.kind],
      efficiencyMode.kind === "group" ? efficiencyMode.groupId : null,
    ]),
    sorted(cdp.nftCollaterals, ({ nftIds }) => nftIds.toSorted()),
  ];
  const text = JSON.stringify(parts, (_key, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  return createHash("sha256").update(text).digest("hex").slice(0, HEX_DIGITS);
}

function sorted<T>(entries: ReadonlyMap<string, T>, toParts: (entry: T) => unknown): unknown[] {
  return [...entries]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, entry]) => [resource, toParts(entry)]);
}
