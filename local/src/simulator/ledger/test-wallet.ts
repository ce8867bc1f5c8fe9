import {
  Convert,
  PrivateKey,
  RadixEngineToolkit,
  TransactionBuilder,
} from "@radixdlt/radix-engine-toolkit";
import { ADDRESSES } from "./addresses.ts";
import type { PreviewRequest } from "./types.ts";

/** Builds and signs real transactions, for tests. */
export interface TestWallet {
  readonly account: string;
  readonly publicKeyHex: string;
  sign(options: {
    manifest: string;
    startEpoch: number;
    endEpoch?: number;
    nonce?: number;
    networkId?: number;
    /** Another key that signs the intent: the same intent in another payload. */
    cosignedBy?: string;
  }): Promise<{ readonly hex: string; readonly intentHash: string }>;
}

export async function createTestWallet(privateKeyByte = "11"): Promise<TestWallet> {
  const key = new PrivateKey.Ed25519(privateKeyByte.repeat(32));
  const account = String(
    await RadixEngineToolkit.Derive.virtualAccountAddressFromPublicKey(
      key.publicKey(),
      ADDRESSES.networkId,
    ),
  );
  return {
    account,
    publicKeyHex: key.publicKey().hex(),
    async sign({
      manifest,
      startEpoch,
      endEpoch = startEpoch + 2,
      nonce = 1,
      networkId = 242,
      cosignedBy,
    }) {
      const builder = await TransactionBuilder.new();
      const unsigned = builder
        .header({
          networkId,
          startEpochInclusive: startEpoch,
          endEpochExclusive: endEpoch,
          nonce,
          notaryPublicKey: key.publicKey(),
          notaryIsSignatory: true,
          tipPercentage: 0,
        })
        .manifest({ instructions: { kind: "String", value: manifest }, blobs: [] });
      const signed =
        cosignedBy === undefined
          ? unsigned
          : unsigned.sign(new PrivateKey.Ed25519(cosignedBy.repeat(32)));
      const transaction = await signed.notarize(key);
      const compiled = await RadixEngineToolkit.NotarizedTransaction.compile(transaction);
      const { id } = await RadixEngineToolkit.NotarizedTransaction.intentHash(transaction);
      return { hex: Convert.Uint8Array.toHexString(compiled), intentHash: id };
    },
  };
}

export function getCdpManifest(...ids: string[]): string {
  const list = ids.map((id) => `NonFungibleLocalId("${id}")`).join(", ");
  return `CALL_METHOD Address("${ADDRESSES.lendingMarket}") "get_cdp" Array<NonFungibleLocalId>(${list});`;
}

export function liquidationManifest(options: {
  account: string;
  cdpId: string;
  payment: { resource: string; amount: string };
  /** None when left out. */
  seize?: readonly string[];
  lockFee?: string;
}): string {
  const { account, cdpId, payment, seize, lockFee = "10" } = options;
  const addresses = seize?.map((address) => `Address("${address}")`).join(", ");
  const wanted =
    addresses === undefined ? "Enum<0u8>()" : `Enum<1u8>(Array<Address>(${addresses}))`;
  return `
CALL_METHOD Address("${account}") "lock_fee" Decimal("${lockFee}");
CALL_METHOD Address("${account}") "withdraw" Address("${payment.resource}") Decimal("${payment.amount}");
TAKE_ALL_FROM_WORKTOP Address("${payment.resource}") Bucket("payment");
CALL_METHOD Address("${ADDRESSES.lendingMarket}") "liquidate" NonFungibleLocalId("${cdpId}") Array<Bucket>(Bucket("payment")) ${wanted};
CALL_METHOD Address("${account}") "deposit_batch" Expression("ENTIRE_WORKTOP");`;
}

/** A read: nobody signs, nobody pays. */
export function readOnly(manifest: string): PreviewRequest {
  return {
    manifest,
    signerPublicKeysHex: [],
    useFreeCredit: true,
    assumeAllSignatureProofs: true,
    skipEpochCheck: true,
  };
}
