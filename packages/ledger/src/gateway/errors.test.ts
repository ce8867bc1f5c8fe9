import { describe, expect, test } from "vitest";
import { brokenBodyFault, judgeResponse, networkFault, timeoutFault } from "./errors.ts";

const NOW_MS = 1_792_000_000_000;
const body = (type: string, extra: object = {}) =>
  JSON.stringify({ message: "told by the Gateway", details: { type, ...extra } });
const beyondHead = (type: string) =>
  body(type, {
    validation_errors: [
      { path: "?", errors: ["State version is beyond the end of the known ledger"] },
    ],
  });
const judged = (status: number, text: string, retryAfter: string | null = null) =>
  judgeResponse({ status, retryAfter, text }, NOW_MS);

/** Everything the Gateway and what fronts it may answer; the words after are what it means for us. */
test.each([
  [400, body("InvalidRequestError"), "gateway_invalid_request never"],
  [400, beyondHead("InvalidRequestError"), "gateway_beyond_head soon behind"],
  [400, body("InvalidEntityError"), "gateway_invalid_request never"],
  [400, body("InvalidTransactionError"), "gateway_invalid_transaction never"],
  [404, body("EntityNotFoundError"), "gateway_not_found never"],
  [404, body("TransactionNotFoundError"), "gateway_not_found never"],
  [404, body("AccountLockerNotFoundError"), "gateway_not_found never"],
  [404, "<html>no such page</html>", "gateway_not_found never"],
  [405, "", "gateway_invalid_request never"],
  [408, "", "gateway_timeout backoff ill overload"],
  [413, "", "gateway_invalid_request never"],
  [429, "slow down", "gateway_rate_limited backoff overload"],
  [429, body("InvalidRequestError"), "gateway_rate_limited backoff overload"],
  [499, "", "gateway_invalid_request never"],
  [500, body("NotSyncedUpError"), "gateway_unavailable slowly ill behind"],
  [500, body("InternalServerError"), "gateway_unavailable backoff ill"],
  [500, "<html>oops</html>", "gateway_unavailable backoff ill"],
  [500, body("InvalidRequestError"), "gateway_invalid_request never"],
  [501, "", "gateway_unavailable never ill"],
  [502, "bad gateway", "gateway_unavailable backoff ill"],
  [503, "", "gateway_unavailable backoff ill overload"],
  [504, "", "gateway_timeout backoff ill overload"],
  [524, "", "gateway_timeout backoff ill overload halve"],
])("%i %s", (status, text, meaning) => {
  expect(describeFault(judged(status, text))).toBe(meaning);
});

test.each([
  ["no connection", networkFault(new TypeError("fetch failed")), "gateway_unavailable backoff ill"],
  ["no answer in time", timeoutFault(5_000), "gateway_timeout backoff ill overload"],
  ["half a body", brokenBodyFault(200, '{"led'), "gateway_unavailable backoff ill"],
])("%s", (_name, fault, meaning) => {
  expect(describeFault(fault)).toBe(meaning);
});

test("the words of beyond-the-head count in a refusal only", () => {
  expect(judged(500, beyondHead("InternalServerError")).code).toBe("gateway_unavailable");
});

describe("Retry-After", () => {
  test.each([
    [429, "3", "when_told", 3_000],
    [503, "3", "when_told", 3_000],
    [429, new Date(NOW_MS + 4_000).toUTCString(), "when_told", 4_000],
    [429, "3600", "when_told", 10_000],
    [429, "in a while", "backoff", null],
    [429, null, "backoff", null],
    [502, "3", "backoff", null],
    [400, "3", "never", null],
  ])("%i with %s", (status, header, healing, afterMs) => {
    expect(judged(status, "", header)).toMatchObject({ healing, afterMs });
  });
});

function describeFault(fault: ReturnType<typeof judgeResponse>): string {
  const flags = {
    ill: fault.endpointIsIll,
    behind: fault.replicaIsBehind,
    overload: fault.overload,
    halve: fault.askForLess,
  };
  const set = Object.entries(flags).flatMap(([name, on]) => (on ? [name] : []));
  return [fault.code, fault.healing, ...set].join(" ");
}
