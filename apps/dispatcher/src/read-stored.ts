import { errorCodeOf, type Logger } from "@weft/runtime";
import type { ObjectStore } from "@weft/store";
import type { z } from "zod";

export interface ReadStoredDeps {
  readonly objects: Pick<ObjectStore, "getChecked">;
  readonly log: Logger;
}

/** A stored object; undefined when there is none, and, with a warning, when it is not what its key promises. */
export async function readStored<T>(
  { objects, log }: ReadStoredDeps,
  schema: z.ZodType<T>,
  key: string,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return await objects.getChecked(key, schema, signal);
  } catch (err) {
    if (errorCodeOf(err) !== "stored_value_invalid") throw err;
    log.warn({ key, err }, "stored object makes no sense, passed over");
    return undefined;
  }
}
