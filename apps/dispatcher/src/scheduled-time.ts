import { AppError } from "@weft/runtime";

/** What may say when a run was due, the more certain first. */
export interface Schedule {
  /** RFC 3339. */
  readonly scheduledAt: string | undefined;
  readonly jobName: string | undefined;
  readonly intervalSeconds: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** Kubernetes names a CronJob's Job `<cronjob>-<minutes since 1970>`: eight digits from 1989 to 2160. */
const CRONJOB_SUFFIX = /-(\d{8})$/;

/**
 * When this run was due, milliseconds since 1970; a Job that is tried again comes to the same time.
 * A Job made by hand counts from the last full interval like a run started in a shell, even when its name ends in
 * eight digits: no CronJob made it whose minutes are not of the last day.
 *
 * @throws {AppError} `run_in_future` (park) when it was said to be due more than an interval from now: it would
 *   supersede every run until then
 */
export function scheduledAtMs(schedule: Schedule, nowMs: number): number {
  const { scheduledAt, jobName, intervalSeconds } = schedule;
  const intervalMs = intervalSeconds * 1_000;
  const latestMs = nowMs + intervalMs;
  if (scheduledAt !== undefined) {
    const dueMs = Date.parse(scheduledAt);
    if (dueMs <= latestMs) return dueMs;
    const now = new Date(nowMs).toISOString();
    throw new AppError("run_in_future", `SCHEDULED_AT is ${scheduledAt}, and it is ${now}`, {
      disposition: "park",
    });
  }
  const minutes = jobName === undefined ? undefined : CRONJOB_SUFFIX.exec(jobName)?.[1];
  const namedMs = Number(minutes) * MINUTE_MS;
  if (namedMs > nowMs - DAY_MS && namedMs <= latestMs) return namedMs;
  return Math.floor(nowMs / intervalMs) * intervalMs;
}
