import { verify } from "node:crypto";
import { KMSClient } from "@aws-sdk/client-kms";
import { afterEach, beforeEach, expect, test } from "vitest";
import { KEY_ID, type KmsServer, startKmsServer } from "../testing/kms-server.ts";
import { buildTransaction } from "./build-transaction.ts";
import { createKmsSigner } from "./kms-signer.ts";

const HASH = Uint8Array.from({ length: 32 }, (_, index) => index);
const signal = new AbortController().signal;

let server: KmsServer;
let kms: KMSClient;

beforeEach(async () => {
  server = await startKmsServer();
  kms = clientOf(server);
});

afterEach(async () => {
  kms.destroy();
  await server.close();
});

// As `createKms` makes it, but asked once: the SDK's own pauses between tries are not what is tested.
function clientOf({ url }: KmsServer): KMSClient {
  return new KMSClient({
    region: "us-east-1",
    endpoint: url,
    maxAttempts: 1,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
}

const open = (keyId = KEY_ID) => createKmsSigner({ kms, keyId, signal });

test("the public key is the one that KMS tells", async () => {
  const { x = "" } = server.publicKey.export({ format: "jwk" });
  expect((await open()).publicKeyHex).toBe(Buffer.from(x, "base64url").toString("hex"));
});

test("a hash is signed as it is, with one request", async () => {
  const signer = await open();
  const signature = await signer.sign(HASH);
  expect(signature).toHaveLength(64);
  expect(verify(null, HASH, server.publicKey, signature)).toBe(true);
  expect(server.operations).toEqual(["GetPublicKey", "Sign"]);
});

test("a transaction signed by KMS is one the ledger can accept", async () => {
  const input = {
    networkId: 2,
    manifest:
      'CALL_METHOD Address("component_tdx_2_1cptxxxxxxxxxfaucetxxxxxxxxx000527798379xxxxxxxxxyulkzl") "lock_fee" Decimal("10");',
    signer: await open(),
    startEpochInclusive: 10,
    endEpochExclusive: 12,
    nonce: 7,
  };
  const built = await buildTransaction(input);
  expect(built.intentHash).toMatch(/^txid_tdx_2_1/);
  expect(await buildTransaction(input)).toEqual(built);
});

test("a key exchanged behind its alias signs nothing that is used", async () => {
  const signer = await open();
  server.exchangeKey();
  await expect(signer.sign(HASH)).rejects.toMatchObject({
    code: "signer_refused",
    disposition: "retry",
    message: expect.stringContaining(KEY_ID),
  });
});

test.each([
  [400, "DisabledException", "signer_refused"],
  [400, "KMSInvalidStateException", "signer_refused"],
  [400, "AccessDeniedException", "signer_refused"],
  [400, "InvalidKeyUsageException", "signer_refused"],
  [400, "ThrottlingException", "signer_unavailable"],
  [500, "KMSInternalException", "signer_unavailable"],
  [500, "DependencyTimeoutException", "signer_unavailable"],
  [500, "KeyUnavailableException", "signer_unavailable"],
])("%i %s of KMS is %s, and no fault of the candidate", async (status, name, code) => {
  const signer = await open();
  server.failWith({ status, name });
  await expect(signer.sign(HASH)).rejects.toMatchObject({ code, disposition: "retry" });
  server.failWith(undefined);
  expect(await signer.sign(HASH)).toHaveLength(64);
});

test("a key that does not exist is refused by name", async () => {
  await expect(open("alias/nobody")).rejects.toMatchObject({
    code: "signer_refused",
    message: "KMS refuses alias/nobody: NotFoundException",
  });
});

test("a KMS that is gone is unavailable", async () => {
  const signer = await open();
  await server.close();
  await expect(signer.sign(HASH)).rejects.toMatchObject({ code: "signer_unavailable" });
});

test("a stop ends the wait for a KMS that does not answer", async () => {
  server.hang();
  const stop = new AbortController();
  const opening = createKmsSigner({ kms, keyId: KEY_ID, signal: stop.signal });
  stop.abort();
  await expect(opening).rejects.toMatchObject({ code: "signer_unavailable" });
});

test("a key of another kind is refused for good", async () => {
  const other = await startKmsServer("P-256");
  const client = clientOf(other);
  try {
    await expect(createKmsSigner({ kms: client, keyId: KEY_ID, signal })).rejects.toMatchObject({
      code: "bad_signing_key",
      disposition: "park",
      message: "the signing key is P-256, not Ed25519",
    });
  } finally {
    client.destroy();
    await other.close();
  }
});
