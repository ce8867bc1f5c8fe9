import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { AppError } from "@weft/runtime";

/**
 * One request to the state table. A condition that did not hold is an answer, and passes as it is.
 *
 * @throws {AppError} `state_table_failed` (retry) when DynamoDB does not do it; the signal's reason when it aborted
 */
export async function guardTable<T>(
  action: string,
  signal: AbortSignal,
  request: () => Promise<T>,
): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof ConditionalCheckFailedException) throw cause;
    throw tableFailed(action, cause);
  }
}

/** What the state table did not do. */
export function tableFailed(action: string, cause?: unknown): AppError {
  return new AppError("state_table_failed", `cannot ${action}`, { disposition: "retry", cause });
}
