import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Loopback, listen } from "./loopback.ts";
import { ADDRESS } from "./small-ledger.ts";

let gateway: Loopback;
beforeAll(async () => {
  gateway = await listen();
});
afterAll(() => gateway.close());

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
