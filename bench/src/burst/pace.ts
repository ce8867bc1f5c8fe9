/**
 * Submissions per hour, by all of their times and not by the last one alone: from the mean of the earlier half to that of the
 * later half, half of them were submitted. NaN when there are fewer than two.
 */
export function pacePerHour(submittedAtMs: readonly number[]): number {
  const sorted = submittedAtMs.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const spanMs = mean(sorted.slice(-half)) - mean(sorted.slice(0, half));
  return half === 0 ? Number.NaN : ((sorted.length - half) * 3_600_000) / spanMs;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
