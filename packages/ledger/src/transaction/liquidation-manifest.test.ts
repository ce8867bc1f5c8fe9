import type { FlashPlan, LiquidationPlan, NftPlan } from "@weft/protocol";
import { parseDecimal } from "@weft/protocol";
import { describe, expect, test } from "vitest";
import { BTC, MARKET, POOL, TERM_RESOURCE, USDC } from "../../test/samples.ts";
import { xrdAddress } from "../network.ts";
import { accountAddressOf } from "./account-address.ts";
import { buildTransaction } from "./build-transaction.ts";
import { type LiquidationParties, liquidationManifest } from "./liquidation-manifest.ts";
import { createSignerFromPrivateKey } from "./signer.ts";

const signer = createSignerFromPrivateKey("01".repeat(32));
const XRD = await xrdAddress(2);
const amount = parseDecimal;
const parties: LiquidationParties = {
  account: await accountAddressOf(signer.publicKeyHex, 2),
  lendingMarket: MARKET,
  lendingPool: POOL,
  transientResource: TERM_RESOURCE,
  xrd: XRD,
  cdpId: "#1006#",
  feeLockXrd: amount("10"),
};
const repay = { resource: USDC, amount: amount("72.279107"), valueXrd: amount("1") };
const seizure = (resource: string, minAmount = "0") => ({
  resource,
  expectedAmount: amount("1"),
  minAmount: amount(minAmount),
  valueXrd: amount("1"),
});
const flash: FlashPlan = {
  kind: "plan",
  funding: "flash_swap",
  repay,
  seize: [seizure(BTC)],
  redeem: BTC,
  swaps: [
    { pool: MARKET, input: XRD },
    { pool: POOL, input: BTC },
  ],
  flashRepayAmount: amount("72.351387"),
  leftover: { expected: amount("3"), min: amount("2.5") },
  profitXrd: amount("1"),
};
const nft: NftPlan = {
  kind: "plan",
  funding: "nft",
  payments: [repay, { ...repay, resource: XRD, amount: amount("5") }],
  nft: {
    resource: TERM_RESOURCE,
    id: "{0123456789abcdef-0123456789abcdef-0123456789abcdef-0123456789abcdef}",
  },
  nftValueXrd: amount("100"),
  compensationXrd: amount("7.5"),
  profitXrd: amount("1"),
};
const plans: readonly (readonly [string, LiquidationPlan])[] = [
  [
    "inventory",
    {
      kind: "plan",
      funding: "inventory",
      repay,
      seize: [seizure(BTC, "0.9")],
      profitXrd: amount("1"),
    },
  ],
  ["flash_redeem", { ...flash, funding: "flash_redeem", swaps: [] }],
  ["flash_swap", flash],
  ["nft", nft],
];

test.each(plans)("%s passes the toolkit's static validation", async (_kind, plan) => {
  const built = await buildTransaction({
    networkId: 2,
    manifest: liquidationManifest(plan, parties),
    signer,
    startEpochInclusive: 180,
    endEpochExclusive: 182,
    nonce: 1,
  });
  expect(built.intentHash).toMatch(/^txid_tdx_2_1/);
});

test.each(plans)("%s ends with a guard, then with everything in the account", (_kind, plan) => {
  const lines = liquidationManifest(plan, parties).trimEnd().split("\n");
  expect(lines.at(-2)).toMatch(/^ASSERT_WORKTOP_CONTAINS/);
  expect(lines.at(-1)).toContain('"deposit_batch" Expression("ENTIRE_WORKTOP")');
});

test("a flash loan goes back, exactly, before what is left is asserted", () => {
  const lines = liquidationManifest(flash, parties)
    .replaceAll(parties.account, "ACCOUNT")
    .split("\n");
  expect(lines).toEqual([
    'CALL_METHOD Address("ACCOUNT") "lock_fee" Decimal("10");',
    `CALL_METHOD Address("${POOL}") "take_flash_loan" Map<Address, Decimal>(Address("${USDC}") => Decimal("72.279107"));`,
    `TAKE_FROM_WORKTOP Address("${USDC}") Decimal("72.279107") Bucket("payment");`,
    `CALL_METHOD Address("${MARKET}") "liquidate" NonFungibleLocalId("#1006#") Array<Bucket>(Bucket("payment")) Enum<1u8>(Array<Address>(Address("${BTC}")));`,
    `TAKE_ALL_FROM_WORKTOP Address("${BTC}") Bucket("units");`,
    `CALL_METHOD Address("${POOL}") "withdraw" Array<Bucket>(Bucket("units"));`,
    `TAKE_ALL_FROM_WORKTOP Address("${XRD}") Bucket("swap0");`,
    `CALL_METHOD Address("${MARKET}") "swap" Bucket("swap0");`,
    `TAKE_ALL_FROM_WORKTOP Address("${BTC}") Bucket("swap1");`,
    `CALL_METHOD Address("${POOL}") "swap" Bucket("swap1");`,
    `TAKE_FROM_WORKTOP Address("${USDC}") Decimal("72.351387") Bucket("back");`,
    `TAKE_ALL_FROM_WORKTOP Address("${TERM_RESOURCE}") Bucket("term");`,
    `CALL_METHOD Address("${POOL}") "repay_flash_loan" Array<Bucket>(Bucket("back")) Bucket("term");`,
    `ASSERT_WORKTOP_CONTAINS Address("${USDC}") Decimal("2.5");`,
    'CALL_METHOD Address("ACCOUNT") "deposit_batch" Expression("ENTIRE_WORKTOP");',
    "",
  ]);
});

describe("what cannot be written is refused", () => {
  test.each<readonly [string, LiquidationPlan]>([
    ["an id that ends the text", { ...nft, nft: { ...nft.nft, id: '<a>"); DROP' } }],
    ["no payment for an NFT", { ...nft, payments: [] }],
    ["two collaterals for a flash loan", { ...flash, seize: [seizure(BTC), seizure(XRD)] }],
    ["a pool that is none", { ...flash, swaps: [{ pool: "resource_x", input: BTC }] }],
    ["a payment of nothing", { ...flash, repay: { ...repay, amount: amount("0") } }],
  ])("%s", (_what, plan) => {
    expect(() => liquidationManifest(plan, parties)).toThrow(
      expect.objectContaining({ code: "manifest_invalid" }),
    );
  });
});
