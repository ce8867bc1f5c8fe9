import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestClient, LEDGER_STATE, SIGNAL } from "../../test/client.ts";
import { BTC, MARKET, POOL, TERM_RESOURCE, USDC, XRD } from "../../test/samples.ts";
import { decimal, localId, reference, struct, tuple } from "../../test/sbor.ts";
import { type ScriptedGateway, startScriptedGateway } from "../../test/scripted-gateway.ts";
import { readCommit } from "./commit.ts";
import { previewTransaction } from "./preview.ts";
import { readBalances } from "./read-balances.ts";
import { readIntentStatus } from "./status.ts";
import { submitTransaction } from "./submit.ts";

const ONE = 1_000_000_000_000_000_000n;
const ACCOUNT = "account_tdx_2_1somebody";

let gateway: ScriptedGateway;
beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(() => gateway.close());
const client = () => createTestClient([gateway.url]);

describe("submitting", () => {
  const SUBMIT = "/transaction/submit";

  test.each([false, true])("a payload that is a duplicate: %s", async (duplicate) => {
    gateway.on(SUBMIT, { json: { duplicate } });
    expect(await submitTransaction(client(), "4d22", SIGNAL)).toEqual({ duplicate });
    expect(gateway.requests[0]?.body).toEqual({ notarized_transaction_hex: "4d22" });
  });

  test("a refused payload is not sent again", async () => {
    gateway.on(SUBMIT, {
      status: 400,
      json: {
        message: "no",
        details: { type: "InvalidTransactionError", validation_error: "epoch" },
      },
    });
    await expect(submitTransaction(client(), "4d22", SIGNAL)).rejects.toMatchObject({
      code: "gateway_invalid_transaction",
      disposition: "park",
      detailsType: "InvalidTransactionError",
    });
    expect(gateway.requests).toHaveLength(1);
  });

  test("the same bytes are sent again after a lost answer: the ledger takes them once", async () => {
    gateway.on(SUBMIT, { misbehaviour: "close" }, { json: { duplicate: true } });
    expect(await submitTransaction(client(), "4d22", SIGNAL)).toEqual({ duplicate: true });
    expect(gateway.requests.map(({ body }) => body.notarized_transaction_hex)).toEqual([
      "4d22",
      "4d22",
    ]);
  });
});

describe("the status of an intent", () => {
  const answer = (intent_status: string, extra: object = {}) => ({
    json: {
      ledger_state: { ...LEDGER_STATE, epoch: 182 },
      status: "Unknown",
      intent_status,
      intent_status_description: "",
      known_payloads: [],
      ...extra,
    },
  });

  test.each([
    ["Unknown", "unknown"],
    ["Pending", "pending"],
    ["CommitPendingOutcomeUnknown", "pending"],
    ["LikelyButNotCertainRejection", "pending"],
    ["CommittedSuccess", "committed_success"],
    ["CommittedFailure", "committed_failure"],
    ["PermanentlyRejected", "rejected"],
    ["SomethingNew", "pending"],
  ])("%s is %s", async (told, status) => {
    gateway.on("/transaction/status", answer(told));
    expect(await readIntentStatus(client(), "txid_x", SIGNAL)).toEqual({
      status,
      epoch: 182,
      committedStateVersion: null,
      errorMessage: null,
    });
  });

  test("a commit carries its version, a trouble its words", async () => {
    const extra = { committed_state_version: 5_001, error_message: "assertion failed" };
    gateway.on("/transaction/status", answer("CommittedFailure", extra));
    expect(await readIntentStatus(client(), "txid_x", SIGNAL)).toMatchObject({
      committedStateVersion: 5_001n,
      errorMessage: "assertion failed",
    });
  });
});

describe("a commit", () => {
  const DETAILS = "/transaction/committed-details";
  const BALANCES = {
    fungible_balance_changes: [
      { entity_address: ACCOUNT, resource_address: BTC, balance_change: "3" },
      { entity_address: POOL, resource_address: USDC, balance_change: "72.28" },
      { entity_address: ACCOUNT, resource_address: XRD, balance_change: "0" },
    ],
    fungible_fee_balance_changes: [
      {
        type: "FeePayment",
        ...{ entity_address: ACCOUNT, resource_address: XRD },
        balance_change: "-0.75",
      },
    ],
    non_fungible_balance_changes: [],
  };
  const moved = (resource: string, amount: string) =>
    struct({ cdp_id: localId("#6#"), res_address: reference(resource), amount: decimal(amount) });
  const event = (name: string, emitter: string, data: unknown) => ({
    name,
    emitter: { type: "Method", entity: { entity_address: emitter }, object_module_id: "Main" },
    data,
  });
  const commit = (events: readonly unknown[], changes: unknown = BALANCES) => ({
    json: {
      ledger_state: LEDGER_STATE,
      transaction: {
        state_version: 5_001,
        epoch: 180,
        round: 18,
        round_timestamp: "2026-11-20T12:00:01.000Z",
        transaction_status: "CommittedSuccess",
        fee_paid: "0.75",
        confirmed_at: "2026-11-20T12:00:02.500Z",
        receipt: { status: "CommittedSuccess", events },
        balance_changes: changes,
      },
    },
  });
  const read = () => readCommit(client(), "txid_x", { market: MARKET, account: ACCOUNT }, SIGNAL);

  test("tells what was paid and taken, by the market's own events alone", async () => {
    gateway.on(
      DETAILS,
      commit([
        event("LockFeeEvent", ACCOUNT, struct({ amount: decimal("10") })),
        event("CDPRepayForLiquidationEvent", MARKET, tuple(moved(USDC, "72.28"))),
        event("CDPRepayForLiquidationEvent", POOL, moved(USDC, "9999")),
        event("CDPRemoveCollateralForLiquidation", MARKET, moved(BTC, "3")),
        event("CDPRemoveCollateralForLiquidation", MARKET, tuple(moved(XRD, "4"))),
        event(
          "LiquidationBonusFeeEvent",
          MARKET,
          struct({
            res_address: reference(BTC),
            fee_amount: decimal("1"),
            protocol_fee_amount: decimal("0.2"),
          }),
        ),
      ]),
    );
    expect(await read()).toEqual({
      stateVersion: 5_001n,
      feeXrd: 750_000_000_000_000_000n,
      confirmedAtMs: 1_795_176_002_500,
      paid: [{ cdpId: "#6#", resource: USDC, amount: 72_280_000_000_000_000_000n }],
      seized: [
        { cdpId: "#6#", resource: BTC, amount: 3n * ONE },
        { cdpId: "#6#", resource: XRD, amount: 4n * ONE },
      ],
      bonusFees: [{ resource: BTC, fee: ONE, protocolFee: 200_000_000_000_000_000n }],
      seizedNfts: [],
      unreadableEvents: [],
      accountChanges: new Map([
        [BTC, 3n * ONE],
        [XRD, -750_000_000_000_000_000n],
      ]),
    });
    expect(gateway.requests[0]?.body).toEqual({
      intent_hash: "txid_x",
      opt_ins: { receipt_events: true, balance_changes: true },
    });
  });

  test("tells of an NFT that was taken, and of the debt that was paid for it", async () => {
    const nft = {
      cdp_id: localId("#6#"),
      res_address: reference(TERM_RESOURCE),
      nft_id: localId("<claim>"),
    };
    gateway.on(
      DETAILS,
      commit([
        event("CDPRepayForNFTLiquidationEvent", MARKET, tuple(moved(USDC, "5"))),
        event("CDPRemoveNFTCollateralForLiquidation", MARKET, tuple(struct(nft))),
      ]),
    );
    expect(await read()).toMatchObject({
      paid: [{ cdpId: "#6#", resource: USDC, amount: 5n * ONE }],
      seizedNfts: [{ resource: TERM_RESOURCE, id: "<claim>" }],
    });
  });

  test("without balance changes does not say what it earned, and is a commit all the same", async () => {
    gateway.on(DETAILS, commit([], null));
    expect(await read()).toMatchObject({ stateVersion: 5_001n, accountChanges: null });
  });

  test("that failed moved nothing and still cost its fee", async () => {
    gateway.on(DETAILS, commit([]));
    expect(await read()).toMatchObject({ paid: [], seized: [], feeXrd: 750_000_000_000_000_000n });
  });

  test("that this Gateway has not seen is worth another try", async () => {
    gateway.on(DETAILS, {
      status: 404,
      json: { message: "no", details: { type: "TransactionNotFoundError" } },
    });
    await expect(read()).rejects.toMatchObject({ code: "gateway_not_found", disposition: "retry" });
  });

  test("with an event that does not fit says which, and is a commit with its fee all the same", async () => {
    gateway.on(
      DETAILS,
      commit([
        event("CDPRepayForLiquidationEvent", MARKET, struct({})),
        event("CDPRemoveCollateralForLiquidation", MARKET, undefined),
        event("CDPRemoveCollateralForLiquidation", MARKET, moved(BTC, "3")),
      ]),
    );
    expect(await read()).toMatchObject({
      ...{ stateVersion: 5_001n, feeXrd: 750_000_000_000_000_000n },
      paid: [],
      seized: [{ cdpId: "#6#", resource: BTC, amount: 3n * ONE }],
      unreadableEvents: [
        "CDPRepayForLiquidationEvent.cdp_id: missing",
        "CDPRemoveCollateralForLiquidation: no SBOR value",
      ],
    });
  });
});

describe("a preview of what would be signed", () => {
  const input = {
    manifest: "THE MANIFEST;",
    signerPublicKeyHex: "ab".repeat(32),
    startEpochInclusive: 180,
    endEpochExclusive: 182,
  };
  const answer = (receipt: unknown) => ({
    json: { encoded_receipt: "5c", receipt, resource_changes: [], logs: [] },
  });
  const fee_summary = {
    xrd_total_execution_cost: "0.25",
    xrd_total_finalization_cost: "0.125",
    xrd_total_storage_cost: "0.0625",
    xrd_total_royalty_cost: "0.5",
    xrd_total_tipping_cost: "0",
    xrd_something_else: "7",
  };

  test("adds up the fee", async () => {
    gateway.on("/transaction/preview", answer({ status: "Succeeded", output: [], fee_summary }));
    const result = await previewTransaction(client(), input, SIGNAL);
    expect(result).toEqual({ status: "Succeeded", feeXrd: 937_500_000_000_000_000n });
  });

  test("is of the very manifest, by its signer, who pays", async () => {
    gateway.on("/transaction/preview", answer({ status: "Succeeded", output: [], fee_summary }));
    await previewTransaction(client(), input, SIGNAL);
    const key = { key_type: "EddsaEd25519", key_hex: "ab".repeat(32) };
    expect(gateway.requests[0]?.body).toMatchObject({
      manifest: "THE MANIFEST;",
      start_epoch_inclusive: 180,
      end_epoch_exclusive: 182,
      notary_public_key: key,
      notary_is_signatory: true,
      signer_public_keys: [key],
      flags: { use_free_credit: false, assume_all_signature_proofs: true, skip_epoch_check: true },
    });
  });

  test.each(["Failed", "Rejected"])("that %s is an ending, not an error", async (status) => {
    gateway.on("/transaction/preview", answer({ status, error_message: "x".repeat(5_000) }));
    const result = await previewTransaction(client(), input, SIGNAL);
    expect(result).toEqual({ status, errorMessage: "x".repeat(1_000) });
  });

  test("without a receipt is an unexpected answer", async () => {
    gateway.on("/transaction/preview", answer({}));
    const result = previewTransaction(client(), input, SIGNAL);
    await expect(result).rejects.toMatchObject({ code: "gateway_unexpected_answer" });
  });
});

describe("balances", () => {
  const balance = (resource_address: string, amount: string) => ({
    aggregation_level: "Global",
    resource_address,
    amount,
    last_updated_at_state_version: 1,
  });

  test("are summed up over pages of one version", async () => {
    gateway.on("/state/entity/details", {
      json: {
        ledger_state: LEDGER_STATE,
        items: [
          {
            address: ACCOUNT,
            fungible_resources: {
              total_count: 2,
              next_cursor: "more",
              items: [balance(XRD, "10.5")],
            },
          },
        ],
      },
    });
    gateway.on("/state/entity/page/fungibles/", {
      json: { ledger_state: LEDGER_STATE, address: ACCOUNT, items: [balance(USDC, "3")] },
    });
    const { head, amounts } = await readBalances(client(), ACCOUNT, SIGNAL);
    expect(head.stateVersion).toBe(5_000n);
    expect(amounts).toEqual(
      new Map([
        [XRD, 10_500_000_000_000_000_000n],
        [USDC, 3n * ONE],
      ]),
    );
    expect(gateway.requests[1]?.body).toMatchObject({
      cursor: "more",
      at_ledger_state: { state_version: 5_000 },
    });
  });

  test("of an account without any are none", async () => {
    gateway.on("/state/entity/details", {
      json: { ledger_state: LEDGER_STATE, items: [{ address: ACCOUNT }] },
    });
    expect((await readBalances(client(), ACCOUNT, SIGNAL)).amounts.size).toBe(0);
  });
});
