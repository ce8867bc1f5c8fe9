import { AppError } from "@weft/runtime";
import type { z } from "zod";

/**
 * What was read back, checked. Stored values outlive the code that wrote them, so none is believed unread.
 *
 * @param key where it was read, for the message
 * @throws {AppError} `stored_value_invalid` (park), naming the key and each field at fault
 */
export function parseStored<T>(key: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? "value" : path.join(".")}: ${message}`,
  );
  throw new AppError("stored_value_invalid", `${key}: ${faults.join("; ")}`, {
    disposition: "park",
    cause: result.error,
  });
}
