import { AppError } from "@weft/runtime";
import type { Signer } from "./signer.ts";

export interface TransactionInput {
  /** 0 to 255. */
  readonly networkId: number;
  /** Manifest text. */
  readonly manifest: string;
  /** Pays, signs and notarizes: one key, one signature. */
  readonly signer: Signer;
  readonly startEpochInclusive: number;
  /** At most 8,640 epochs after the start. */
  readonly endEpochExclusive: number;
  /** 32 bits. The same input with the same nonce is the same transaction. */
  readonly nonce: number;
}

export interface BuiltTransaction {
  /** `txid_…`: what the ledger knows the intent by. */
  readonly intentHash: string;
  /** The compiled, notarized transaction: what is submitted, and submitted again. */
  readonly payloadHex: string;
}

/** The toolkit's errors hold the whole request; the beginning says what is wrong. */
const LONGEST_MESSAGE = 300;

/**
 * Builds, signs, checks and compiles a transaction. Deterministic: Ed25519 signatures are, and nothing is random here.
 *
 * @throws {AppError} `transaction_invalid` (park) when the ledger could never accept it: a manifest that does not compile,
 *   an address of another network, a wrong signature, epochs too far apart
 * @throws what the signer throws
 */
export async function buildTransaction(input: TransactionInput): Promise<BuiltTransaction> {
  let signing: { readonly error: unknown } | undefined;
  const sign = async (hash: Uint8Array) => {
    try {
      return await input.signer.sign(hash);
    } catch (error) {
      signing = { error };
      throw error;
    }
  };
  try {
    return await build(input, sign);
  } catch (error) {
    if (signing !== undefined) throw signing.error;
    if (error instanceof AppError) throw error;
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

async function build(input: TransactionInput, sign: Signer["sign"]): Promise<BuiltTransaction> {
  const { networkId, manifest, signer, startEpochInclusive, endEpochExclusive, nonce } = input;
  // Loaded when it is needed: it is large, and most processes never sign.
  const { defaultValidationConfig, PublicKey, RadixEngineToolkit, Signature, TransactionBuilder } =
    await import("@radixdlt/radix-engine-toolkit");
  const builder = await TransactionBuilder.new();
  const transaction = await builder
    .header({
      networkId: asText(networkId),
      startEpochInclusive: asText(startEpochInclusive),
      endEpochExclusive: asText(endEpochExclusive),
      nonce: asText(nonce),
      notaryPublicKey: new PublicKey.Ed25519(signer.publicKeyHex),
      notaryIsSignatory: true,
      tipPercentage: asText(0),
    })
    .manifest({ instructions: { kind: "String", value: manifest }, blobs: [] })
    .notarizeAsync(async (hash) => new Signature.Ed25519(await sign(hash)));
  const { NotarizedTransaction } = RadixEngineToolkit;
  const verdict = await NotarizedTransaction.staticallyValidate(
    transaction,
    inText(defaultValidationConfig(networkId)),
  );
  if (verdict.kind === "Invalid") throw invalid(verdict.error);
  const { id } = await NotarizedTransaction.intentHash(transaction);
  const payload = await NotarizedTransaction.compile(transaction);
  return { intentHash: id, payloadHex: Buffer.from(payload).toString("hex") };
}

/**
 * The toolkit writes each number by a formatter that it makes for it, 20 microseconds each and some thirty to a transaction.
 * What is text already it writes as it stands.
 */
const asText = <N extends number | bigint>(number: N): N => String(number) as unknown as N;

const inText = <T extends object>(numbers: T): T =>
  Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [
      name,
      typeof value === "object" ? inText(value) : asText(value),
    ]),
  ) as T;

// Without the toolkit's error as its cause: logs would carry the whole request with it.
function invalid(message: string): AppError {
  const short =
    message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
  return new AppError("transaction_invalid", `invalid transaction: ${short}`, {
    disposition: "park",
  });
}
