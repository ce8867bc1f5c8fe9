import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { IntentRead, IntentStatus, Receipt } from "../ledger/types.ts";
import { type Loopback, listen } from "./loopback.ts";
import { ADDRESS, RECEIPT, UNKNOWN_INTENT } from "./small-ledger.ts";

let gateway: Loopback;
beforeAll(async () => {
  gateway = await listen();
});
afterAll(() => gateway.close());

/** Signed for network 242 with a private key of 32 bytes 0xaa: one call of lock_fee. */
const NOTARIZED_HEX =
  "4d22030221022104210707f20a05000000000000000a07000000000000000901000000220101200720e734ea6c2b6257de72355e472aa05a4c487e6b463c029ed306df2f01b5636b580101080000202201410380005144c46d9b483dadef0a0fde4caab6f3a871aad91743ac66f41a6dfd4f480c086c6f636b5f6665652101850000e8890423c78a000000000000000000000000000000002020002200002022002201012101200740af30ee8e0b26416040121c30c4eb2c23401f887401d0c4da1687feee3d950f60d72e735bae9094e411b64839a91ae64ab8b5d39413dbf212e60fe18a989b0a05";

const transaction = () => gateway.client.transaction.innerClient;

describe("transaction/construction", () => {
  it("gives the point to build on", async () => {
    const { ledger_state } = await transaction().transactionConstruction();
    expect([ledger_state.state_version, ledger_state.epoch]).toEqual([100, 5]);
  });
});

describe("transaction/preview", () => {
  const preview = (fields: object) =>
    gateway.client.transaction.innerClient.transactionPreview({
      transactionPreviewRequest: { manifest: "CALL;", ...fields },
    });

  it("hands the request on and gives the receipt of the Core API, without names and without a point", async () => {
    const response = await preview({
      start_epoch_inclusive: 1,
      end_epoch_exclusive: 2,
      nonce: 7,
      notary_public_key: { key_type: "EddsaEd25519", key_hex: "AA" },
      notary_is_signatory: true,
      signer_public_keys: [{ key_type: "EddsaEd25519", key_hex: "bb" }],
      flags: { use_free_credit: true, skip_epoch_check: true },
      opt_ins: { radix_engine_toolkit_receipt: false },
    });
    expect(gateway.ledger.previews.at(-1)).toEqual({
      manifest: "CALL;",
      startEpochInclusive: 1,
      endEpochExclusive: 2,
      signerPublicKeysHex: ["bb", "aa"],
      useFreeCredit: true,
      assumeAllSignatureProofs: false,
      skipEpochCheck: true,
    });
    expect(response).not.toHaveProperty("ledger_state");
    expect(response.receipt).toEqual({
      status: "Succeeded",
      fee_summary: {
        xrd_total_execution_cost: "0.2",
        xrd_total_finalization_cost: "0.05",
        xrd_total_storage_cost: "0.1",
        xrd_total_royalty_cost: "0",
        xrd_total_tipping_cost: "0",
      },
      output: [{ hex: "5c2100", programmatic_json: { kind: "Tuple", fields: [] } }],
      events: [
        {
          type: {
            name: "LiquidationEvent",
            emitter: {
              type: "Method",
              object_module_id: "Main",
              entity: {
                is_global: true,
                entity_type: "GlobalGenericComponent",
                entity_address: ADDRESS.market,
              },
            },
          },
          data: {
            hex: "5c2101a00000167b0d12d11400000000000000000000000000000000",
            programmatic_json: { kind: "Tuple", fields: [{ kind: "Decimal", value: "1.5" }] },
          },
        },
      ],
    });
  });

  it.each([
    ["FAIL;", "Failed", true],
    ["REJECT;", "Rejected", false],
  ])("answers %s with a receipt without output, status %s", async (manifest, status, hasEvents) => {
    const { receipt } = await preview({ manifest });
    expect(receipt).toMatchObject({ status, error_message: "CDP is healthy" });
    expect(Object.keys(receipt).includes("output")).toBe(false);
    expect(Object.keys(receipt).includes("events")).toBe(hasEvents);
  });

  it("refuses a manifest that does not compile", async () => {
    const response = await gateway.post("/transaction/preview", { manifest: "NOT A MANIFEST;" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      details: {
        type: "InvalidRequestError",
        validation_errors: [{ path: "?", errors: ["line 1: bad"] }],
      },
    });
  });

  it("tells of a fault of its own no more than a Gateway would", async () => {
    const response = await gateway.post("/transaction/preview", { manifest: "BUG;" });
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      message: expect.stringContaining("please include TraceId=simulator-"),
      code: 500,
      details: { type: "InternalServerError", exception: "UnknownException", cause: "N/A" },
      trace_id: expect.stringMatching(/^simulator-\d+$/),
    });
  });

  it.each([
    ["no manifest", { manifest: "" }, "manifest"],
    [
      "a key that is no hex",
      { signer_public_keys: [{ key_type: "EddsaEd25519", key_hex: "x" }] },
      "signer_public_keys.0.key_hex",
    ],
    ["a negative epoch", { start_epoch_inclusive: -1 }, "start_epoch_inclusive"],
  ])("refuses %s", async (_name, fields, path) => {
    const response = await gateway.post("/transaction/preview", { manifest: "CALL;", ...fields });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ details: { validation_errors: [{ path }] } });
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

  it("refuses what is no intent hash", async () => {
    const response = await gateway.post("/transaction/status", { intent_hash: ADDRESS.payload });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      details: { validation_errors: [{ path: "intent_hash" }] },
    });
  });
});

describe("transaction/committed-details", () => {
  const point = { stateVersion: 90, timestampMs: 1_767_225_690_000, epoch: 4, round: 11 };
  const commit = (receipt: Receipt, payloadHex = "aa01") =>
    gateway.ledger.commits.set(ADDRESS.intent, {
      intentHash: ADDRESS.intent,
      payloadHash: ADDRESS.payload,
      payloadHex,
      point,
      receipt,
      feePaidXrd: "0.35",
    });
  const read = (opt_ins: object = {}) =>
    transaction().transactionCommittedDetails({
      transactionCommittedDetailsRequest: { intent_hash: ADDRESS.intent, opt_ins },
    });

  it("gives no more than was asked for", async () => {
    commit(RECEIPT);
    const { transaction: info } = await read();
    expect(info).toEqual({
      transaction_status: "CommittedSuccess",
      state_version: 90,
      epoch: 4,
      round: 11,
      round_timestamp: "2026-01-01T00:01:30.000Z",
      payload_hash: ADDRESS.payload,
      intent_hash: ADDRESS.intent,
      fee_paid: "0.35",
      confirmed_at: new Date("2026-01-01T00:01:30.000Z"),
      receipt: { status: "CommittedSuccess" },
      manifest_classes: ["General"],
    });
  });

  it("gives events with names, outputs, fees, balances and the payload to those who opt in", async () => {
    commit(RECEIPT);
    const { transaction: info } = await read({
      raw_hex: true,
      receipt_events: true,
      receipt_output: true,
      receipt_fee_summary: true,
      affected_global_entities: true,
      balance_changes: true,
    });
    expect(info).toMatchObject({
      raw_hex: "aa01",
      affected_global_entities: [ADDRESS.market, ADDRESS.account],
      balance_changes: {
        fungible_balance_changes: [
          {
            entity_address: ADDRESS.account,
            resource_address: ADDRESS.xrd,
            balance_change: "-0.35",
          },
        ],
      },
      receipt: {
        fee_summary: { xrd_total_execution_cost: "0.2" },
        output: [{ hex: "5c2100" }],
        events: [
          {
            name: "LiquidationEvent",
            emitter: { type: "Method", entity: { entity_address: ADDRESS.market } },
            data: {
              type_name: "LiquidationEvent",
              fields: [{ kind: "Decimal", field_name: "amount", value: "1.5" }],
            },
          },
        ],
      },
    });
  });

  it("tells a failure and its reason, without output", async () => {
    commit({ ...RECEIPT, status: "Failed", errorMessage: "CDP is healthy" });
    const { transaction: info } = await read({ receipt_output: true });
    expect(info).toMatchObject({
      transaction_status: "CommittedFailure",
      error_message: "CDP is healthy",
      receipt: { status: "CommittedFailure", error_message: "CDP is healthy" },
    });
    expect(info.receipt?.output).toBeUndefined();
  });

  it("writes the manifest out of the payload", async () => {
    commit(RECEIPT, NOTARIZED_HEX);
    const { transaction: info } = await read({ manifest_instructions: true });
    expect(info.manifest_instructions).toContain('"lock_fee"');
  });

  it("answers 404 for an intent not committed, also as of before its commit", async () => {
    commit(RECEIPT);
    const ask = (body: object) => gateway.post("/transaction/committed-details", body);
    const unknown = await ask({ intent_hash: ADDRESS.otherIntent });
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({
      message: "Transaction not found",
      code: 404,
      details: { type: "TransactionNotFoundError", intent_hash: ADDRESS.otherIntent },
    });
    const at = (state_version: number) =>
      ask({ intent_hash: ADDRESS.intent, at_ledger_state: { state_version } });
    expect([(await at(89)).status, (await at(90)).status]).toEqual([404, 200]);
  });
});
