/**
 * The id of the run scheduled at an instant, cut to the second: `20261120T215500Z`.
 * The same schedule gives the same run, so a retried Job repeats its run instead of making another.
 */
export function runIdOf(scheduledAtMs: number): string {
  const text = new Date(scheduledAtMs).toISOString();
  return `${text.slice(0, 19).replaceAll("-", "").replaceAll(":", "")}Z`;
}
