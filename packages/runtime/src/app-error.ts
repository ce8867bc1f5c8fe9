/** What becomes of the work when this error ends it: try again later, or set it aside for a person. */
export type Disposition = "retry" | "park";

/**
 * An unexpected ending. Whoever throws knows best whether trying again helps; the edge only obeys.
 * `code` is stable and may be a metric label; `message` is for people and may vary.
 */
export class AppError extends Error {
  readonly code: string;
  readonly disposition: Disposition;

  constructor(
    code: string,
    message: string,
    options: { readonly disposition: Disposition; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.disposition = options.disposition;
  }
}

/** What to do about anything thrown. An unknown error is worth another try: the receive count bounds it. */
export function dispositionOf(error: unknown): Disposition {
  return error instanceof AppError ? error.disposition : "retry";
}

/** A stable code for anything thrown, fit for a log field or a metric label. */
export function errorCodeOf(error: unknown): string {
  return error instanceof AppError ? error.code : "unexpected";
}
