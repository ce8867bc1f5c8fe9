import { ADDRESSES } from "./addresses.ts";
import type { Frame } from "./manifest-frame.ts";
import { type Num, text } from "./numbers.ts";
import { decimal, localId, resource as resourceNode, struct, tuple } from "./sbor.ts";
import type { SborNode } from "./types.ts";

/** What the events of a liquidation say of one resource of a CDP. */
export function cdpEvent(cdpId: string, resource: string, amount: Num): SborNode {
  return struct("CDPEventData", {
    cdp_id: localId(cdpId),
    res_address: resourceNode(resource),
    amount: decimal(text(amount)),
  });
}

/** An event of the market is a tuple of one nameless field, which is a struct. */
export function tell(frame: Frame, name: string, data: SborNode): void {
  frame.events.push({
    name,
    emitter: ADDRESSES.lendingMarket,
    data: { ...tuple(data), type_name: name },
  });
}
