import { runIdOf } from "@weft/messages";
import { describe, expect, it } from "vitest";
import { scheduledAtMs } from "./scheduled-time.ts";

const nowMs = Date.parse("2026-11-20T21:58:41.500Z");
const none = { scheduledAt: undefined, jobName: undefined, intervalSeconds: 300 };

describe("scheduledAtMs", () => {
  it.each([
    [
      "takes the time it is given",
      { scheduledAt: "2026-11-20T22:55:00+01:00" },
      "20261120T215500Z",
    ],
    [
      "reads it off the name that a CronJob gives",
      { jobName: "weft-29920195" },
      "20261120T215500Z",
    ],
    [
      "believes the given time more than the name",
      { scheduledAt: "2026-11-20T21:50:00Z", jobName: "weft-29920195" },
      "20261120T215000Z",
    ],
    ["takes the last full interval", {}, "20261120T215500Z"],
    ["does so for a Job made by hand", { jobName: "weft-by-hand-2" }, "20261120T215500Z"],
    [
      "does so for one that is named after a day",
      { jobName: "weft-by-hand-20261120" },
      "20261120T215500Z",
    ],
    ["does so for one with any other number", { jobName: "weft-99999999" }, "20261120T215500Z"],
    [
      "goes by the name of a Job that is tried again for hours",
      { jobName: "weft-29919000" },
      "20261120T020000Z",
    ],
    ["does so at any interval", { intervalSeconds: 30 }, "20261120T215830Z"],
  ])("%s", (_title, schedule, runId) => {
    expect(runIdOf(scheduledAtMs({ ...none, ...schedule }, nowMs))).toBe(runId);
  });

  it("refuses a run that would supersede every run until it is due", () => {
    const schedule = { ...none, scheduledAt: "2027-11-20T21:55:00Z" };
    expect(() => scheduledAtMs(schedule, nowMs)).toThrow(
      "SCHEDULED_AT is 2027-11-20T21:55:00Z, and it is 2026-11-20T21:58:41.500Z",
    );
  });
});
