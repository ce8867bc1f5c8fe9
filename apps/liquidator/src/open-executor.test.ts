import { accountAddressOf } from "@weft/ledger";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  KEY_ID,
  type KmsServer,
  startKmsServer,
} from "../../../packages/ledger/src/testing/kms-server.ts";
import { openExecutor } from "./open-executor.ts";

const signal = new AbortController().signal;
let server: KmsServer;

beforeEach(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  server = await startKmsServer();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const settings = (account: string) => ({
  NETWORK: "stokenet" as const,
  AWS_REGION: "us-east-1",
  AWS_ENDPOINT_URL_KMS: server.url,
  SIGNER: "kms" as const,
  SIGNING_KEY_ID: KEY_ID,
  SIGNER_ACCOUNT: account,
});

async function accountOfKey(): Promise<string> {
  const { x = "" } = server.publicKey.export({ format: "jwk" });
  return accountAddressOf(Buffer.from(x, "base64url").toString("hex"), 2);
}

test("a key in KMS liquidates for the account that it controls", async () => {
  const account = await accountOfKey();
  const executor = await openExecutor(settings(account), signal);
  expect(executor?.account).toBe(account);
  expect(await executor?.signer.sign(new Uint8Array(32))).toHaveLength(64);
});

test("a key of another account than the one meant is refused, naming both", async () => {
  const meant = "account_tdx_2_12ysf96k54cms59dewuf2vxgwx2qu6pp36d32vcxz7yn6ej40qy5pqf";
  const account = await accountOfKey();
  await expect(openExecutor(settings(meant), signal)).rejects.toMatchObject({
    code: "wrong_account",
    disposition: "park",
    message: `the signing key is that of ${account}, but SIGNER_ACCOUNT is ${meant}: correct the one or the other`,
  });
});

test("without a signer there is no executor, and nobody is asked", async () => {
  const none = { ...settings("account_tdx_2_1"), SIGNER: "none" as const };
  expect(await openExecutor(none, signal)).toBeNull();
  expect(server.operations).toEqual([]);
});
