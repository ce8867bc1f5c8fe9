/** An error as the Gateway reports it: `{message, code, details, trace_id}`. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>> & { readonly type: string };

  constructor(status: number, message: string, details: GatewayError["details"]) {
    super(message);
    this.status = status;
    this.details = details;
  }

  body(traceId: string): Record<string, unknown> {
    return { message: this.message, code: this.status, details: this.details, trace_id: traceId };
  }
}

export interface ValidationErrors {
  readonly path: string;
  readonly errors: readonly string[];
}

/** The request has faults at known places. */
export function invalidFields(faults: readonly ValidationErrors[]): GatewayError {
  return new GatewayError(400, "One or more validation errors occurred", {
    type: "InvalidRequestError",
    validation_errors: faults,
  });
}

/** The request cannot be served; the Gateway gives `?` for the place. */
export function invalidRequest(error: string): GatewayError {
  return new GatewayError(400, "One or more errors occurred", {
    type: "InvalidRequestError",
    validation_errors: [{ path: "?", errors: [error] }],
  });
}

/** There is such an entity, but not of the kind the endpoint is for. */
export function invalidEntity(address: string): GatewayError {
  return new GatewayError(400, "Invalid entity", { type: "InvalidEntityError", address });
}

export function invalidTransaction(reason: string): GatewayError {
  return new GatewayError(400, reason, {
    type: "InvalidTransactionError",
    validation_error: reason,
  });
}

export function entityNotFound(address: string): GatewayError {
  return new GatewayError(404, "Entity not found", { type: "EntityNotFoundError", address });
}

export function transactionNotFound(intentHash: string): GatewayError {
  return new GatewayError(404, "Transaction not found", {
    type: "TransactionNotFoundError",
    intent_hash: intentHash,
  });
}

export function internalServerError(traceId: string, exception = "UnknownException"): GatewayError {
  return new GatewayError(
    500,
    `An unexpected error occurred handling the request. If reporting this issue, please include TraceId=${traceId}`,
    { type: "InternalServerError", exception, cause: "N/A" },
  );
}

export function notSyncedUp(
  requestType: "Read" | "Construction",
  delaySeconds: number,
  allowedSeconds: number,
): GatewayError {
  return new GatewayError(500, "The Gateway is not synced up with the ledger", {
    type: "NotSyncedUpError",
    request_type: requestType,
    current_sync_delay_seconds: delaySeconds,
    max_allowed_sync_delay_seconds: allowedSeconds,
  });
}
