import type { QuarantinedCdp } from "@weft/store";
import { type Answer, alignColumns, formatInstant } from "./answer.ts";

/** CDPs that are left alone, the longest first; those whose time is over are tried again with their next candidate. */
export async function listQuarantine(
  quarantined: AsyncIterable<QuarantinedCdp>,
  nowMs: number,
): Promise<Answer> {
  const all: QuarantinedCdp[] = [];
  for await (const one of quarantined) all.push(one);
  const sorted = all.sort((a, b) => b.quarantine.untilMs - a.quarantine.untilMs);
  const value = sorted.map(({ cdpId, quarantine }) => ({
    cdpId,
    reason: quarantine.reason,
    failures: quarantine.failures,
    since: formatInstant(quarantine.sinceMs),
    until: formatInstant(quarantine.untilMs),
    isOver: quarantine.untilMs <= nowMs,
  }));
  if (value.length === 0) return { value, lines: ["no CDP is in quarantine"] };
  const rows = value.map(({ cdpId, reason, failures, since, until, isOver }) => [
    cdpId,
    reason,
    String(failures),
    since,
    isOver ? `${until} (over)` : until,
  ]);
  return { value, lines: alignColumns(["CDP", "reason", "failures", "since", "until"], rows) };
}
