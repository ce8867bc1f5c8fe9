export interface Patience {
  readonly patienceMs: number;
  readonly pollMs: number;
  readonly print: (line: string) => void;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/**
 * Looks again and again until nothing is missing. What cannot be looked at counts as missing: it may be there next time.
 *
 * @throws {Error} with what was missing last, when patience ends
 */
export async function waitUntilNone(
  look: () => Promise<readonly string[]>,
  { patienceMs, pollMs, print, nowMs, sleep }: Patience,
): Promise<void> {
  const end = nowMs() + patienceMs;
  let said = "";
  for (;;) {
    const missing = await look().catch((error: Error) => [error.message]);
    if (missing.length === 0) return;
    const text = missing.join("; ");
    if (text !== said) print(text);
    said = text;
    if (nowMs() + pollMs > end) {
      throw new Error(`after ${Math.round(patienceMs / 60_000)} minutes still: ${text}`);
    }
    await sleep(pollMs);
  }
}
