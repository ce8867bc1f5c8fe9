import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { IntentRead, IntentStatus } from "../ledger/types.ts";
import { type Loopback, listen } from "./loopback.ts";
import { ADDRESS, UNKNOWN_INTENT } from "./small-ledger.ts";

let gateway: Loopback;
beforeAll(async () => {
  gateway = await listen();
});
afterAll(() => gateway.close());

const transaction = () => gateway.client.transaction.innerClient;

describe("transaction/construction", () => {
  it("gives the point to build on", async () => {
    const { ledger_state } = await transaction().transactionConstruction();
    expect([ledger_state.state_version, ledger_state.epoch]).toEqual([100, 5]);
  });
});

describe("transaction/submit", () => {
  const submit = (notarized_transaction_hex: string) =>
    transaction().transactionSubmit({ transactionSubmitRequest: { notarized_transaction_hex } });

  it("takes a payload up once", async () => {
    expect(await submit("aa01")).toEqual({ duplicate: false });
    expect(await submit("AA01")).toEqual({ duplicate: true });
  });

  it("refuses an invalid transaction", async () => {
    const response = await gateway.post("/transaction/submit", { notarized_transaction_hex: "ee" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      message: "bad signature",
      code: 400,
      details: { type: "InvalidTransactionError", validation_error: "bad signature" },
    });
  });

  it.each(["", "abc", "zz"])("refuses %j, which is no hex", async (notarized_transaction_hex) => {
    const response = await gateway.post("/transaction/submit", { notarized_transaction_hex });
    expect(await response.json()).toMatchObject({ details: { type: "InvalidRequestError" } });
  });

  it("refuses a body that is no JSON", async () => {
    const response = await gateway.post("/transaction/submit", "{");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ details: { type: "InvalidRequestError" } });
  });
});

describe("transaction/status", () => {
  beforeEach(() => gateway.ledger.intents.clear());
  const known = (fields: Partial<IntentRead>): IntentRead => ({
    ...UNKNOWN_INTENT,
    endEpochExclusive: 7,
    payloadHash: ADDRESS.payload,
    ...fields,
  });
  const read = (intent?: IntentRead) => {
    if (intent) gateway.ledger.intents.set(ADDRESS.intent, intent);
    return transaction().transactionStatus({
      transactionStatusRequest: { intent_hash: ADDRESS.intent },
    });
  };

  it("answers 200 for an intent it has never seen", async () => {
    expect(await read()).toMatchObject({
      ledger_state: { state_version: 100, epoch: 5 },
      status: "Unknown",
      intent_status: "Unknown",
      known_payloads: [],
    });
  });

  it("does not know when an intent expires that it has not taken up yet", async () => {
    const answer = await read({ ...UNKNOWN_INTENT, endEpochExclusive: 7 });
    expect(answer.permanently_rejects_at_epoch).toBeUndefined();
  });

  it.each<readonly [IntentStatus, string, string, string]>([
    ["Pending", "Pending", "Pending", "HandlingSubmission"],
    ["CommitPendingOutcomeUnknown", "Pending", "CommitPendingOutcomeUnknown", "Concluded"],
    ["LikelyButNotCertainRejection", "Pending", "TemporarilyRejected", "HandlingSubmission"],
    ["PermanentlyRejected", "Rejected", "PermanentlyRejected", "Concluded"],
    ["CommittedSuccess", "CommittedSuccess", "CommittedSuccess", "Concluded"],
    ["CommittedFailure", "CommittedFailure", "CommittedFailure", "Concluded"],
  ])("shows %s as %s, its payload as %s", async (status, legacy, payload, handling) => {
    expect(await read(known({ status }))).toMatchObject({
      status: legacy,
      intent_status: status,
      known_payloads: [
        {
          payload_hash: ADDRESS.payload,
          status: legacy,
          payload_status: payload,
          handling_status: handling,
        },
      ],
    });
  });

  it("says when a pending intent expires, and at which version a committed one came", async () => {
    const pending = await read(known({ status: "Pending" }));
    expect([pending.permanently_rejects_at_epoch, pending.committed_state_version]).toEqual([
      7,
      undefined,
    ]);
    const failed = await read(
      known({ status: "CommittedFailure", committedStateVersion: 90, errorMessage: "healthy" }),
    );
    expect(failed).toMatchObject({ committed_state_version: 90, error_message: "healthy" });
    expect(failed.permanently_rejects_at_epoch).toBeUndefined();
  });

  it("is Unknown while the Gateway has forgotten every intent, beside the state of now", async () => {
    const forgetful = await listen({ intentsForgotten: true });
    forgetful.ledger.intents.set(
      ADDRESS.intent,
      known({ status: "CommittedSuccess", committedStateVersion: 90 }),
    );
    const { intent_status, ledger_state, committed_state_version } =
      await forgetful.client.transaction.innerClient.transactionStatus({
        transactionStatusRequest: { intent_hash: ADDRESS.intent },
      });
    expect([intent_status, ledger_state.epoch, committed_state_version]).toEqual([
      "Unknown",
      5,
      undefined,
    ]);
    await forgetful.close();
  });

  it("refuses what is no intent hash", async () => {
    const response = await gateway.post("/transaction/status", { intent_hash: ADDRESS.payload });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      details: { validation_errors: [{ path: "intent_hash" }] },
    });
  });
});
