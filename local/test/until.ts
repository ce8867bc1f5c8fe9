import { sleep } from "@weft/runtime";

const LOOK_EVERY_MS = 20;

/** Looks until there is something to see, and returns it. */
export async function until<T>(
  look: () => Promise<T | undefined | false>,
  { withinMs = 60_000 } = {},
): Promise<T> {
  const late = AbortSignal.timeout(withinMs);
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (late.aborted) throw new Error(`not seen within ${withinMs / 1_000} s: ${look}`);
    await sleep(LOOK_EVERY_MS, late);
  }
}
