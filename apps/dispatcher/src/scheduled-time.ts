/** What may say when a run was due, the more certain first. */
export interface Schedule {
  /** RFC 3339. */
  readonly scheduledAt: string | undefined;
  readonly jobName: string | undefined;
  readonly intervalSeconds: number;
}

const MINUTE_MS = 60_000;

/** Kubernetes names a CronJob's Job `<cronjob>-<minutes since 1970>`: eight digits from 1989 to 2160. */
const CRONJOB_SUFFIX = /-(\d{8})$/;

/**
 * When this run was due, milliseconds since 1970; a Job that is tried again comes to the same time.
 * A Job made by hand has no such suffix, and counts from the last full interval like a run started in a shell.
 */
export function scheduledAtMs(schedule: Schedule, nowMs: number): number {
  const { scheduledAt, jobName, intervalSeconds } = schedule;
  if (scheduledAt !== undefined) return Date.parse(scheduledAt);
  const minutes = jobName === undefined ? undefined : CRONJOB_SUFFIX.exec(jobName)?.[1];
  if (minutes !== undefined) return Number(minutes) * MINUTE_MS;
  const intervalMs = intervalSeconds * 1_000;
  return Math.floor(nowMs / intervalMs) * intervalMs;
}
