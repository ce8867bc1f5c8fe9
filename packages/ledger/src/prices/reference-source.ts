import { type Decimal, parseDecimal } from "@weft/protocol";
import { AppError, type LedgerClock, type PriceGuardConfig } from "@weft/runtime";
import { z } from "zod";

/** What a source that has nothing to do with the ledger's own price feed says of an asset. */
export interface ReferencePrice {
  /** XRD for one unit, above 0. */
  readonly price: Decimal;
  /** Milliseconds since 1970. */
  readonly observedAtMs: number;
}

/**
 * The prices of the source that are fresh, by resource; one that it does not tell, or tells too late, is left out.
 *
 * @throws {AppError} `reference_unavailable` (retry) when it does not answer, or not as it should
 */
export type ReadReferencePrices = (
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, ReferencePrice>>;

/** What the source answers to GET. Fields that are not named here are ignored. */
const answerSchema = z.object({
  version: z.literal(1),
  /** By resource address. */
  prices: z.record(
    z.string().regex(/^resource_[a-z0-9_]+$/, "a resource address"),
    z.object({
      priceXrd: z
        .string()
        .regex(/^\d{1,20}(\.\d{1,18})?$/, "decimal text")
        .refine((text) => /[1-9]/.test(text), "must be above 0"),
      observedAt: z.iso.datetime(),
    }),
  ),
});

const TIMEOUT_MS = 2_000;

/** A source over HTTP; docs/price-guard.md has its format. */
export function createReferenceSource(options: {
  readonly url: string;
  readonly clock: LedgerClock;
  /** A price observed longer ago, or as far ahead of the clock, is left out. */
  readonly maxAgeSeconds: number;
}): ReadReferencePrices {
  const { url, clock, maxAgeSeconds } = options;
  return async (signal) => {
    const [answer, nowMs] = await Promise.all([readAnswer(url, signal), clock.nowMs(signal)]);
    const prices = new Map<string, ReferencePrice>();
    for (const [resource, { priceXrd, observedAt }] of Object.entries(answer.prices)) {
      const observedAtMs = Date.parse(observedAt);
      if (Math.abs(nowMs - observedAtMs) > maxAgeSeconds * 1_000) continue;
      prices.set(resource, { price: parseDecimal(priceXrd), observedAtMs });
    }
    return prices;
  };
}

async function readAnswer(url: string, signal: AbortSignal) {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return answerSchema.parse(await response.json());
  } catch (cause) {
    signal.throwIfAborted();
    const message = `no reference prices: ${(cause as Error).message}`;
    throw new AppError("reference_unavailable", message, { disposition: "retry", cause });
  }
}

/** The source that the configuration names; null when it names none. */
export function openReferenceSource(
  config: Pick<PriceGuardConfig, "REFERENCE_PRICES_URL" | "REFERENCE_MAX_AGE_SECONDS">,
  clock: LedgerClock,
): ReadReferencePrices | null {
  const { REFERENCE_PRICES_URL: url, REFERENCE_MAX_AGE_SECONDS: maxAgeSeconds } = config;
  return url === undefined ? null : createReferenceSource({ url, clock, maxAgeSeconds });
}

/** A source that does not answer is as good as none: prices are judged by the rest then, and somebody hears of it. */
export async function referencesOrNone(
  read: ReadReferencePrices | null,
  onFailure: (error: unknown) => void,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReferencePrice>> {
  if (read === null) return new Map();
  try {
    return await read(signal);
  } catch (error) {
    signal.throwIfAborted();
    onFailure(error);
    return new Map();
  }
}
