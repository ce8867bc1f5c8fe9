import type { CdpItems } from "./cdp-items.ts";

/** See `AttemptStore.releaseQuarantine`. */
export async function releaseQuarantine(
  items: CdpItems,
  cdpId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const write = {
    cdpId,
    condition: "attribute_exists(quarantine)",
    update: "REMOVE quarantine",
    values: undefined,
  };
  return items.write(write, signal);
}
