import { type RunPrices, runPricesKey, runPricesSchema } from "@weft/messages";
import { type ObjectReader, parseRecord } from "./books.ts";

/** How many assets of a run were believed, and how many not, by why. */
export interface PriceCounts {
  readonly accepted: Readonly<Record<string, number>>;
  readonly suspect: Readonly<Record<string, number>>;
}

/** What the price guard decided for a run; null when it has not said. */
export async function readPriceCounts(
  objects: Pick<ObjectReader, "getJson">,
  runId: string,
  signal: AbortSignal,
): Promise<PriceCounts | null> {
  const key = runPricesKey(runId);
  const stored = await objects.getJson(key, signal);
  if (stored === undefined) return null;
  const { assets } = parseRecord(runPricesSchema, key, stored);
  return { accepted: countOf(assets, "accepted"), suspect: countOf(assets, "suspect") };
}

function countOf(
  assets: RunPrices["assets"],
  decision: RunPrices["assets"][number]["decision"],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const asset of assets) {
    if (asset.decision === decision) counts[asset.because] = (counts[asset.because] ?? 0) + 1;
  }
  return counts;
}

/** The same in one line for people. */
export function priceText({ accepted, suspect }: PriceCounts): string {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([because, n]) => `${n} ${because.replaceAll("_", " ")}`)
      .join(", ");
  const parts = [
    ["believed", list(accepted)],
    ["suspect", list(suspect)],
  ].filter(([, text]) => text !== "");
  return parts.length === 0 ? "none" : parts.map(([name, text]) => `${name}: ${text}`).join("; ");
}
