import { inParallel } from "@weft/runtime";
import { GatewayError } from "../gateway/gateway-error.ts";
import { SborError } from "../sbor/node.ts";
import type { LedgerHealth } from "./decode-health.ts";
import { PreviewFailedError } from "./preview-health.ts";

/** The market's own health of some CDPs in one request, as `previewHealth` gives it. */
export type PreviewHealth = (
  ids: readonly string[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, LedgerHealth>>;

/** The market's word on a CDP, or why it has none. */
export type LedgerValuation = LedgerHealth | { readonly unreadable: string };

/**
 * The market's own health of every CDP asked for: one request, unless there is one that the ledger cannot value. That fails
 * the preview of all: halves find it, and it alone stays without. What took the Gateway too long is asked in halves too. Any
 * other failure is not a CDP's, and asking twice as often would not heal it: it is thrown as it came.
 */
export async function valueEach(
  ids: readonly string[],
  preview: PreviewHealth,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LedgerValuation>> {
  try {
    const healths = await preview(ids, signal);
    const untold = { unreadable: "the ledger did not tell of it" };
    return new Map(ids.map((id) => [id, healths.get(id) ?? untold]));
  } catch (error) {
    const spoiled = error instanceof PreviewFailedError || error instanceof SborError;
    const tooMany = error instanceof GatewayError && error.askForLess && ids.length > 1;
    if (!(spoiled || tooMany)) throw error;
    const unreadable = error.message;
    if (ids.length <= 1) return new Map(ids.map((id) => [id, { unreadable }]));
  }
  const middle = Math.ceil(ids.length / 2);
  const halves = await inParallel(
    [ids.slice(0, middle), ids.slice(middle)].map(
      (half) => (s: AbortSignal) => valueEach(half, preview, s),
    ),
    signal,
  );
  return new Map(halves.flatMap((half) => [...half]));
}
