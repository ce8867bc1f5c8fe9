import {
  type Instruction,
  type NotarizedTransaction,
  PublicKey,
  RadixEngineToolkit,
  type TransactionHeader,
} from "@radixdlt/radix-engine-toolkit";
import { ADDRESSES } from "./addresses.ts";
import { InvalidTransactionError } from "./types.ts";
import { invalidity } from "./verify-payload.ts";

/** A notarized transaction that is valid in itself; whether it may commit now is another question. */
export interface Payload {
  readonly hex: string;
  readonly intentHash: string;
  readonly payloadHash: string;
  readonly header: TransactionHeader;
  readonly instructions: readonly Instruction[];
  readonly owners: ReadonlySet<string>;
}

/**
 * The toolkit writes each number by a formatter that it makes for it, 20 microseconds each. What is text already it writes
 * as it stands.
 */
const asText = (number: number) => String(number) as unknown as number;
const NETWORK_ID = asText(ADDRESSES.networkId);

function withTextHeader(transaction: NotarizedTransaction): NotarizedTransaction {
  const { signedIntent } = transaction;
  const { header } = signedIntent.intent;
  const numbers = {
    networkId: asText(header.networkId),
    startEpochInclusive: asText(header.startEpochInclusive),
    endEpochExclusive: asText(header.endEpochExclusive),
    nonce: asText(header.nonce),
    tipPercentage: asText(header.tipPercentage),
  };
  const intent = { ...signedIntent.intent, header: { ...header, ...numbers } };
  return { ...transaction, signedIntent: { ...signedIntent, intent } };
}

const accounts = new Map<string, string>();

/** @throws {InvalidTransactionError} when the manifest does not compile for this network */
export async function parseManifest(manifest: string): Promise<readonly Instruction[]> {
  const source = { kind: "String", value: manifest } as const;
  const parsed = await RadixEngineToolkit.Instructions.convert(source, NETWORK_ID, "Parsed").catch(
    (error: unknown) => {
      throw new InvalidTransactionError(`the manifest does not compile: ${reasonOf(error)}`, {
        cause: error,
      });
    },
  );
  return parsed.kind === "Parsed" ? parsed.value : [];
}

/**
 * Reads a compiled notarized transaction and verifies it whole: network, epoch range, manifest, every signature.
 * @throws {InvalidTransactionError}
 */
export async function readPayload(hex: string): Promise<Payload> {
  const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
  const transaction = await decompile(bytes, "String");
  const { NotarizedTransaction: toolkit } = RadixEngineToolkit;
  const hashed = withTextHeader(transaction);
  const intentHash = await toolkit.intentHash(hashed);
  const { hash: signedIntentHash } = await toolkit.signedIntentHash(hashed);
  const hashes = { intentHash: intentHash.hash, signedIntentHash };
  const fault = await invalidity(transaction, { ...hashes, bytes });
  if (fault !== null) {
    throw new InvalidTransactionError(`the transaction is not valid: ${fault}`);
  }
  const { signedIntent } = await decompile(bytes, "Parsed");
  const { header, manifest } = signedIntent.intent;
  const keys = signedIntent.intentSignatures.flatMap(({ publicKey }) => publicKey ?? []);
  if (header.notaryIsSignatory) {
    keys.push(header.notaryPublicKey.bytes);
  }
  return {
    hex,
    intentHash: intentHash.id,
    payloadHash: (await toolkit.notarizedTransactionHash(hashed)).id,
    header,
    instructions: manifest.instructions.kind === "Parsed" ? manifest.instructions.value : [],
    owners: await accountsOf(keys.map((key) => Buffer.from(key).toString("hex"))),
  };
}

/** The accounts that Ed25519 keys own without having made them. */
export async function accountsOf(publicKeysHex: readonly string[]): Promise<ReadonlySet<string>> {
  const owned = new Set<string>();
  for (const hex of publicKeysHex.filter(({ length }) => length === 64)) {
    let account = accounts.get(hex);
    if (account === undefined) {
      const key = new PublicKey.Ed25519(hex);
      account = String(
        await RadixEngineToolkit.Derive.virtualAccountAddressFromPublicKey(
          key,
          ADDRESSES.networkId,
        ),
      );
      accounts.set(hex, account);
    }
    owned.add(account);
  }
  return owned;
}

async function decompile(
  bytes: Uint8Array,
  instructions: "String" | "Parsed",
): Promise<NotarizedTransaction> {
  try {
    return await RadixEngineToolkit.NotarizedTransaction.decompile(bytes, instructions);
  } catch (error) {
    throw new InvalidTransactionError(`the payload cannot be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** What the toolkit said, without the whole request that it repeats. */
function reasonOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const answer = said.lastIndexOf("response is ");
  return said.slice(answer < 0 ? 0 : answer + "response is ".length).slice(0, 300);
}
