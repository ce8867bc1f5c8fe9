import { RadixEngineToolkit } from "@radixdlt/radix-engine-toolkit";
import { parseDecimal } from "@weft/protocol";
import { expect, test } from "vitest";
import { BTC, MARKET, USDC } from "../../test/samples.ts";
import { accountAddressOf } from "./account-address.ts";
import { flashLoanManifest, type PaymentParties, withdrawalManifest } from "./payment-manifests.ts";

const PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const parties = async (): Promise<PaymentParties> => ({
  account: await accountAddressOf(PUBLIC, 2),
  lendingPool: MARKET,
  transientResource: BTC,
  feeLockXrd: parseDecimal("10"),
});
const compile = (value: string) =>
  RadixEngineToolkit.Instructions.compile({ kind: "String", value }, 2);

test("a withdrawal takes the payment out, puts it back, and compiles", async () => {
  const payment = { resource: USDC, amount: parseDecimal("72.28") };
  const manifest = withdrawalManifest(payment, await parties());
  expect(manifest.replaceAll(/account_tdx_2_1[0-9a-z]+/g, "ACCOUNT").split("\n")).toEqual([
    'CALL_METHOD Address("ACCOUNT") "lock_fee" Decimal("10");',
    `CALL_METHOD Address("ACCOUNT") "withdraw" Address("${USDC}") Decimal("72.28");`,
    `TAKE_FROM_WORKTOP Address("${USDC}") Decimal("72.28") Bucket("payment");`,
    'CALL_METHOD Address("ACCOUNT") "deposit_batch" Array<Bucket>(Bucket("payment"));',
    "",
  ]);
  await expect(compile(manifest)).resolves.toBeInstanceOf(Uint8Array);
});

test("a flash loan goes back with its fee out of the account, and compiles", async () => {
  const loan = {
    resource: USDC,
    amount: parseDecimal("72.28"),
    fee: parseDecimal("0.07228"),
    repayAmount: parseDecimal("72.35228"),
  };
  const manifest = flashLoanManifest(loan, await parties());
  expect(manifest.split("\n").slice(1, 6)).toEqual([
    expect.stringMatching(/"withdraw" Address\("resource_.+"\) Decimal\("0\.07228"\);$/),
    `CALL_METHOD Address("${MARKET}") "take_flash_loan" Map<Address, Decimal>(Address("${USDC}") => Decimal("72.28"));`,
    `TAKE_FROM_WORKTOP Address("${USDC}") Decimal("72.35228") Bucket("back");`,
    `TAKE_ALL_FROM_WORKTOP Address("${BTC}") Bucket("term");`,
    `CALL_METHOD Address("${MARKET}") "repay_flash_loan" Array<Bucket>(Bucket("back")) Bucket("term");`,
  ]);
  await expect(compile(manifest)).resolves.toBeInstanceOf(Uint8Array);
});

test("a payment of nothing is none", async () => {
  const payment = { resource: USDC, amount: parseDecimal("0") };
  const all = await parties();
  expect(() => withdrawalManifest(payment, all)).toThrow("the payment must be above zero: 0");
});
