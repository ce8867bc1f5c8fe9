import { GatewayApiClient } from "@radixdlt/babylon-gateway-api-sdk";
import {
  Convert,
  PrivateKey,
  RadixEngineToolkit,
  TransactionBuilder,
} from "@radixdlt/radix-engine-toolkit";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLedger } from "./ledger/ledger.ts";
import type { Audit, SborNode, SimulatedLedger } from "./ledger/types.ts";
import { createSimulatorServer } from "./server.ts";

const COMMIT_DELAY_MS = 1_000;
const key = new PrivateKey.Ed25519("aa".repeat(32));

/** Moved by hand. */
let wallMs = 1_790_000_000_000;
let ledger: SimulatedLedger;
let server: FastifyInstance;
let client: GatewayApiClient;
let url: string;
let account: string;

beforeAll(async () => {
  account = (
    await RadixEngineToolkit.Derive.virtualAccountAddressFromPublicKey(key.publicKey(), 242)
  ).toString();
  ledger = createLedger({
    cdps: 200,
    seed: 1,
    commitDelayMs: COMMIT_DELAY_MS,
    wallNowMs: () => wallMs,
  });
  server = createSimulatorServer({ ledger, seed: 1 });
  url = await server.listen({ host: "127.0.0.1", port: 0 });
  client = GatewayApiClient.initialize({ basePath: url, applicationName: "test" });
});
afterAll(() => server.close());

const control = (path: string, body: unknown) =>
  fetch(`${url}/control/${path}`, { method: "POST", body: JSON.stringify(body) });
const audit = async () => (await (await fetch(`${url}/control/audit`)).json()) as Audit;
const transaction = () => client.transaction.innerClient;
const preview = async (manifest: string) =>
  (
    await transaction().transactionPreview({
      transactionPreviewRequest: {
        manifest,
        start_epoch_inclusive: 1,
        end_epoch_exclusive: 2,
        nonce: 1,
        signer_public_keys: [{ key_type: "EddsaEd25519", key_hex: key.publicKeyHex() }],
        flags: { use_free_credit: true, assume_all_signature_proofs: true, skip_epoch_check: true },
      } as never,
    })
  ).receipt as { status: string; output?: { programmatic_json: SborNode }[] };

/** What the CDP owes, by its first loan, and what it has, by its first collateral; read by position. */
async function positionsOf(cdpId: string) {
  const receipt = await preview(
    `CALL_METHOD Address("${ledger.addresses.lendingMarket}") "get_cdp" Array<NonFungibleLocalId>(NonFungibleLocalId("${cdpId}"));`,
  );
  const health = receipt.output?.[0]?.programmatic_json.entries?.[0]?.value.fields;
  const loan = health?.[11]?.entries?.[0];
  const collateral = health?.[12]?.entries?.[0];
  return {
    debt: String(loan?.key.value),
    owed: String(loan?.value.fields?.[2]?.value),
    collateral: String(collateral?.key.value),
  };
}

function liquidation(cdpId: string, debt: string, amount: string, collateral: string): string {
  return `
    CALL_METHOD Address("${account}") "lock_fee" Decimal("10");
    CALL_METHOD Address("${account}") "withdraw" Address("${debt}") Decimal("${amount}");
    TAKE_ALL_FROM_WORKTOP Address("${debt}") Bucket("payment");
    CALL_METHOD Address("${ledger.addresses.lendingMarket}") "liquidate"
      NonFungibleLocalId("${cdpId}") Array<Bucket>(Bucket("payment"))
      Enum<1u8>(Array<Address>(Address("${collateral}")));
    CALL_METHOD Address("${account}") "deposit_batch" Expression("ENTIRE_WORKTOP");`;
}

async function sign(manifest: string, epoch: number): Promise<{ id: string; hex: string }> {
  const notarized = await (await TransactionBuilder.new())
    .header({
      networkId: 242,
      startEpochInclusive: epoch,
      endEpochExclusive: epoch + 2,
      nonce: 7,
      notaryPublicKey: key.publicKey(),
      notaryIsSignatory: true,
      tipPercentage: 0,
    })
    .manifest({ instructions: { kind: "String", value: manifest }, blobs: [] })
    .notarize(key);
  const { id } = await RadixEngineToolkit.NotarizedTransaction.intentHash(notarized);
  const bytes = await RadixEngineToolkit.NotarizedTransaction.compile(notarized);
  return { id, hex: Convert.Uint8Array.toHexString(bytes) };
}

const statusOf = (intent_hash: string) =>
  transaction().transactionStatus({ transactionStatusRequest: { intent_hash } });
const submit = (notarized_transaction_hex: string) =>
  transaction().transactionSubmit({ transactionSubmitRequest: { notarized_transaction_hex } });

describe("a liquidation through the official client", () => {
  it("goes from a crash to a committed transaction, once, by real signed bytes", async () => {
    await control("prices", { crash: "0.4" });
    const target = (await audit()).overLine.find((cdp) => !cdp.badDebt && !cdp.exempt);
    if (!target) throw new Error("no CDP over the line after the crash");
    const { debt, owed, collateral } = await positionsOf(target.cdpId);
    const amount = (Number(owed) * 0.1).toFixed(6);
    await control("fund", { account, amounts: { XRD: "1000", [debt]: "1000000" } });

    const manifest = liquidation(target.cdpId, debt, amount, collateral);
    expect((await preview(manifest)).status).toBe("Succeeded");
    const { ledger_state } = await transaction().transactionConstruction();
    const { id, hex } = await sign(manifest, ledger_state.epoch);
    expect((await statusOf(id)).intent_status).toBe("Unknown");
    expect(await submit(hex)).toEqual({ duplicate: false });
    expect(await submit(hex)).toEqual({ duplicate: true });

    const walked = [];
    for (let step = 0; step <= 10; step++) {
      walked.push((await statusOf(id)).intent_status);
      wallMs += COMMIT_DELAY_MS / 10;
    }
    expect([...new Set(walked)]).toEqual([
      "Unknown",
      "Pending",
      "CommitPendingOutcomeUnknown",
      "CommittedSuccess",
    ]);
    const late = await fetch(`${url}/transaction/submit`, {
      method: "POST",
      body: JSON.stringify({ notarized_transaction_hex: hex }),
    });
    expect(late.status).toBe(400);
    expect(await late.json()).toMatchObject({ details: { type: "InvalidTransactionError" } });

    const { transaction: committed } = await transaction().transactionCommittedDetails({
      transactionCommittedDetailsRequest: {
        intent_hash: id,
        opt_ins: { receipt_events: true, raw_hex: true, manifest_instructions: true },
      },
    });
    expect(committed).toMatchObject({
      transaction_status: "CommittedSuccess",
      intent_hash: id,
      raw_hex: hex,
      manifest_instructions: expect.stringContaining('"liquidate"'),
    });
    expect(committed.receipt?.events).not.toEqual([]);

    const after = await audit();
    expect(after.liquidations.map(({ cdpId, intentHash }) => [cdpId, intentHash])).toEqual([
      [target.cdpId, id],
    ]);
    expect([after.wronglyTouched, after.unfinalTogether, after.imbalances]).toEqual([[], [], []]);
  });

  it("lets a replica that lags know nothing of the commit yet", async () => {
    const [done] = (await audit()).liquidations;
    if (!done) throw new Error("nothing was liquidated");
    const behind = ledger.head().stateVersion - done.stateVersion + 1;
    await control("faults", { laggingVersions: behind });
    expect((await statusOf(done.intentHash)).intent_status).toBe("Pending");
    await control("faults", { laggingVersions: behind - 1 });
    expect((await statusOf(done.intentHash)).intent_status).toBe("CommittedSuccess");
    await control("faults", { laggingVersions: null });
  });

  it("shows a liquidation of a healthy CDP as a preview that failed", async () => {
    const over = new Set((await audit()).overLine.map((cdp) => cdp.cdpId));
    const healthy = Array.from({ length: 200 }, (_, index) => `#${index + 1}#`).find(
      (id) => !over.has(id) && ledger.nonFungible(id, ledger.head().stateVersion).kind === "live",
    );
    const { xrd } = ledger.addresses;
    const manifest = liquidation(healthy ?? "", xrd, "1", xrd);
    expect(await preview(manifest)).toMatchObject({
      status: "Failed",
      error_message: expect.any(String),
    });
  });
});
