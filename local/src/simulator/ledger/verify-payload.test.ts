import { defaultValidationConfig, RadixEngineToolkit } from "@radixdlt/radix-engine-toolkit";
import { describe, expect, it } from "vitest";
import { createTestWallet } from "./test-wallet.ts";
import { invalidity } from "./verify-payload.ts";

const wallet = await createTestWallet();
const MANIFEST = `CALL_METHOD Address("${wallet.account}") "lock_fee" Decimal("10");`;

describe("verifying a notarized transaction", () => {
  it.each([
    ["an honest one", (hex: string) => hex, true],
    ["a wrong notary signature", (hex: string) => flipped(hex, hex.length - 3), false],
    ["a header changed after signing", (hex: string) => hex.replace("0a90d003", "0a8fd003"), false],
    [
      "a manifest changed after signing",
      (hex: string) => flipped(hex, hex.indexOf("e8890423")),
      false,
    ],
  ])("judges %s as the toolkit does", async (_, change, valid) => {
    const { hex } = await wallet.sign({ manifest: MANIFEST, startEpoch: 250_000 });
    const bytes = Uint8Array.from(Buffer.from(change(hex), "hex"));
    const { NotarizedTransaction } = RadixEngineToolkit;
    const transaction = await NotarizedTransaction.decompile(bytes, "String");
    const { hash: intentHash } = await NotarizedTransaction.intentHash(transaction);
    const { hash: signedIntentHash } = await NotarizedTransaction.signedIntentHash(transaction);
    const fault = await invalidity(transaction, { intentHash, signedIntentHash, bytes });
    const theirs = await NotarizedTransaction.staticallyValidate(
      transaction,
      defaultValidationConfig(242),
    );
    expect(fault === null).toBe(valid);
    expect(theirs.kind === "Valid").toBe(valid);
  });
});

function flipped(hex: string, at: number): string {
  const digit = (Number.parseInt(hex.charAt(at), 16) ^ 1).toString(16);
  return hex.slice(0, at) + digit + hex.slice(at + 1);
}
