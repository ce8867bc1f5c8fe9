import { GatewayError } from "./gateway-error.ts";

/** A 2xx answer that lacks what the API promises. */
export function unexpectedAnswer(endpoint: string, message: string, cause?: unknown): GatewayError {
  return new GatewayError({
    code: "gateway_unexpected_answer",
    endpoint,
    message,
    status: 200,
    detailsType: null,
    cause,
  });
}
