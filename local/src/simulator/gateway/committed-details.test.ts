import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Receipt } from "../ledger/types.ts";
import { type Loopback, listen } from "./loopback.ts";
import { ADDRESS, RECEIPT } from "./small-ledger.ts";

let gateway: Loopback;
beforeAll(async () => {
  gateway = await listen();
});
afterAll(() => gateway.close());

/** Signed for network 242 with a private key of 32 bytes 0xaa: one call of lock_fee. */
const NOTARIZED_HEX =
  "4d22030221022104210707f20a05000000000000000a07000000000000000901000000220101200720e734ea6c2b6257de72355e472aa05a4c487e6b463c029ed306df2f01b5636b580101080000202201410380005144c46d9b483dadef0a0fde4caab6f3a871aad91743ac66f41a6dfd4f480c086c6f636b5f6665652101850000e8890423c78a000000000000000000000000000000002020002200002022002201012101200740af30ee8e0b26416040121c30c4eb2c23401f887401d0c4da1687feee3d950f60d72e735bae9094e411b64839a91ae64ab8b5d39413dbf212e60fe18a989b0a05";

const transaction = () => gateway.client.transaction.innerClient;

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
