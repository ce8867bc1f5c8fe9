/** No server makes us wait longer than this, milliseconds: by then asking again is fair. */
const CAP_MS = 10_000;

/**
 * A `Retry-After` header as milliseconds from now, 0 to 10,000; null when there is none or it makes no sense.
 *
 * @param wallMs the time now, milliseconds since 1970; the header may be a date
 */
export function parseRetryAfterMs(header: string | null, wallMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1_000, CAP_MS);
  // Date.parse takes "1.5" and the like for a year: a date has letters.
  if (!/[a-z]/i.test(text)) return null;
  const dateMs = Date.parse(text);
  if (Number.isNaN(dateMs)) return null;
  return Math.min(Math.max(dateMs - wallMs, 0), CAP_MS);
}
