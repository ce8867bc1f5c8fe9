import { OUTCOME_PREFIX, type Outcome, outcomeSchema, runIdOf } from "@weft/messages";
import type { ObjectStore } from "@weft/store";

const HOUR_MS = 3_600_000;
/** Objects read at once. */
const READS_AT_ONCE = 16;

export interface OutcomeSearch {
  /** Runs scheduled from here to there, both included, are looked through; milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Null for those of every CDP. */
  readonly cdpId: string | null;
}

/**
 * The outcomes of runs scheduled in a span of time, by when they ended. Keys begin with the run, so the hours of the span
 * are listed one by one and nothing else is.
 *
 * @throws {AppError} `object_store_failed` (retry), `stored_value_invalid` (park) naming the object that cannot be read
 */
export async function findOutcomes(
  objects: Pick<ObjectStore, "listKeys" | "getChecked">,
  { fromMs, toMs, cdpId }: OutcomeSearch,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const folder = cdpId === null ? "/cdp=" : `/cdp=${cdpId.replaceAll("#", "")}/`;
  const isWithin = (run: string) => run >= runIdOf(fromMs) && run <= runIdOf(toMs);
  const keys: string[] = [];
  for (let ms = Math.floor(fromMs / HOUR_MS) * HOUR_MS; ms <= toMs; ms += HOUR_MS) {
    const hour = runIdOf(ms).slice(0, "20261120T21".length);
    const listed = await objects.listKeys(`${OUTCOME_PREFIX}run=${hour}`, signal);
    keys.push(...listed.filter((key) => key.includes(folder) && isWithin(runOf(key))));
  }
  const outcomes: Outcome[] = [];
  for (let start = 0; start < keys.length; start += READS_AT_ONCE) {
    const some = keys.slice(start, start + READS_AT_ONCE);
    const read = await Promise.all(
      some.map((key) => objects.getChecked(key, outcomeSchema, signal)),
    );
    outcomes.push(...read.filter((outcome) => outcome !== undefined));
  }
  return outcomes.sort((a, b) => Date.parse(a.times.endedAt) - Date.parse(b.times.endedAt));
}

const runOf = (key: string) => key.slice(`${OUTCOME_PREFIX}run=`.length).split("/")[0] ?? "";
