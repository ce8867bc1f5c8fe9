import { createPublicKey, verify } from "node:crypto";
import { RadixEngineToolkit } from "@radixdlt/radix-engine-toolkit";
import { parseDecimal } from "@weft/protocol";
import { describe, expect, test } from "vitest";
import { BTC, MARKET, USDC } from "../../test/samples.ts";
import { NETWORK_IDS, xrdAddress } from "../network.ts";
import { accountAddressOf } from "./account-address.ts";
import { buildTransaction } from "./build-transaction.ts";
import {
  getCdpManifest,
  type InventoryLiquidation,
  inventoryLiquidationManifest,
} from "./manifests.ts";
import { createSignerFromPrivateKey, type Signer } from "./signer.ts";

/** RFC 8032, 7.1, test 1. */
const SECRET = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const signer = createSignerFromPrivateKey(SECRET);

const liquidation = async (): Promise<InventoryLiquidation> => ({
  account: await accountAddressOf(PUBLIC, 2),
  lendingMarket: MARKET,
  cdpId: "#1006#",
  feeLockXrd: parseDecimal("10"),
  payment: { resource: USDC, amount: parseDecimal("72.28") },
  seize: [
    { resource: BTC, minAmount: parseDecimal("0.000000000000000001") },
    { resource: await xrdAddress(2), minAmount: parseDecimal("0") },
  ],
});
const input = async () => ({
  networkId: 2,
  manifest: inventoryLiquidationManifest(await liquidation()),
  signer,
  startEpochInclusive: 180,
  endEpochExclusive: 182,
  nonce: 4_294_967_295,
});

describe("manifests", () => {
  test("a liquidation from inventory reads as written", async () => {
    const manifest = inventoryLiquidationManifest(await liquidation());
    const xrd = await xrdAddress(2);
    const lines = manifest.replaceAll(/account_tdx_2_1[0-9a-z]+/g, "ACCOUNT").split("\n");
    expect(lines).toEqual([
      'CALL_METHOD Address("ACCOUNT") "lock_fee" Decimal("10");',
      `CALL_METHOD Address("ACCOUNT") "withdraw" Address("${USDC}") Decimal("72.28");`,
      `TAKE_ALL_FROM_WORKTOP Address("${USDC}") Bucket("payment");`,
      `CALL_METHOD Address("${MARKET}") "liquidate" NonFungibleLocalId("#1006#") Array<Bucket>(Bucket("payment")) Enum<1u8>(Array<Address>(Address("${BTC}"), Address("${xrd}")));`,
      `ASSERT_WORKTOP_CONTAINS Address("${BTC}") Decimal("0.000000000000000001");`,
      `ASSERT_WORKTOP_CONTAINS Address("${xrd}") Decimal("0");`,
      'CALL_METHOD Address("ACCOUNT") "deposit_batch" Expression("ENTIRE_WORKTOP");',
      "",
    ]);
  });

  test("the health of some CDPs compiles", async () => {
    const compiled = await RadixEngineToolkit.Instructions.compile(
      { kind: "String", value: getCdpManifest(MARKET, ["#1#", "#18446744073709551615#"]) },
      2,
    );
    expect(compiled.length).toBeGreaterThan(50);
  });

  test.each([
    ["an injected account", { account: 'account_tdx_2_1xx") "x"; DROP_ALL_PROOFS; (' }],
    ["a component for an account", { account: MARKET }],
    ["a resource for a market", { lendingMarket: USDC }],
    ["an injected id", { cdpId: '#1#")' }],
    ["an id of another kind", { cdpId: "<one>" }],
    ["a payment of nothing", { payment: { resource: USDC, amount: parseDecimal("0") } }],
    ["a payment below nothing", { payment: { resource: USDC, amount: parseDecimal("-1") } }],
    ["a payment of no resource", { payment: { resource: "XRD", amount: parseDecimal("1") } }],
    ["a fee of nothing", { feeLockXrd: parseDecimal("0") }],
    ["nothing to seize", { seize: [] }],
    ["a least amount below nothing", { seize: [{ resource: BTC, minAmount: parseDecimal("-1") }] }],
    [
      "the same collateral twice",
      { seize: [1, 2].map(() => ({ resource: BTC, minAmount: parseDecimal("1") })) },
    ],
    [
      "an upper-case address",
      { payment: { resource: USDC.toUpperCase(), amount: parseDecimal("1") } },
    ],
    ["an address with a line break", { account: `account_tdx_2_1${"q".repeat(50)}\n` }],
  ] as const)("%s is refused", async (_name, change) => {
    const bad = { ...(await liquidation()), ...change } as InventoryLiquidation;
    expect(() => inventoryLiquidationManifest(bad)).toThrow(
      expect.objectContaining({ code: "manifest_invalid", disposition: "park" }),
    );
  });
});

describe("transactions", () => {
  test("the same input makes the same bytes, another nonce another intent", async () => {
    const [first, again, other] = await Promise.all([
      buildTransaction(await input()),
      buildTransaction(await input()),
      buildTransaction({ ...(await input()), nonce: 1 }),
    ]);
    expect(first.intentHash).toMatch(/^txid_tdx_2_1[0-9a-z]{58}$/);
    expect(first.payloadHex).toMatch(/^4d22[0-9a-f]+$/);
    expect(again).toEqual(first);
    expect(other.intentHash).not.toBe(first.intentHash);
  });

  test("the simulator's network signs as any other", async () => {
    const account = await accountAddressOf(PUBLIC, 242);
    const xrd = await xrdAddress(242);
    const manifest = `CALL_METHOD Address("${account}") "lock_fee" Decimal("10");\nASSERT_WORKTOP_CONTAINS Address("${xrd}") Decimal("0");\n`;
    const built = await buildTransaction({ ...(await input()), networkId: 242, manifest });
    expect(built.intentHash).toMatch(/^txid_sim1[0-9a-z]{58}$/);
  });

  test("the notary's signature is that of the signer over the hash it was given", async () => {
    const signed: { hash: Uint8Array; signature: Uint8Array }[] = [];
    const watched: Signer = {
      publicKeyHex: signer.publicKeyHex,
      sign: async (hash) => {
        const signature = await signer.sign(hash);
        signed.push({ hash, signature });
        return signature;
      },
    };
    const { payloadHex } = await buildTransaction({ ...(await input()), signer: watched });
    expect(signed).toHaveLength(1);
    const [{ hash, signature } = { hash: new Uint8Array(), signature: new Uint8Array() }] = signed;
    const key = createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(PUBLIC, "hex").toString("base64url") },
      format: "jwk",
    });
    expect(verify(null, hash, key, signature)).toBe(true);
    expect(payloadHex.endsWith(Buffer.from(signature).toString("hex"))).toBe(true);
    const decompiled = await RadixEngineToolkit.NotarizedTransaction.decompile(
      Buffer.from(payloadHex, "hex"),
      "String",
    );
    expect(decompiled.signedIntent.intent.header).toMatchObject({
      networkId: 2,
      startEpochInclusive: 180,
      endEpochExclusive: 182,
      nonce: 4_294_967_295,
      notaryIsSignatory: true,
      tipPercentage: 0,
    });
  });

  test.each([
    ["does not parse", { manifest: "CALL_METHOD nonsense" }],
    ["is of another network", { networkId: 1 }],
    ["names a bucket nobody made", { manifest: `RETURN_TO_WORKTOP Bucket("none");` }],
    ["lives too long", { endEpochExclusive: 180 + 8_641 }],
    ["ends before it begins", { endEpochExclusive: 180 }],
  ])("one that %s is refused in few words", async (_name, change) => {
    const error = await buildTransaction({ ...(await input()), ...change }).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: "transaction_invalid", disposition: "park" });
    expect(error.message.length).toBeLessThan(340);
    expect(error.cause).toBeUndefined();
  });

  test("one with a wrong signature is refused", async () => {
    const forger: Signer = {
      publicKeyHex: PUBLIC,
      sign: createSignerFromPrivateKey("01".repeat(32)).sign,
    };
    const built = buildTransaction({ ...(await input()), signer: forger });
    await expect(built).rejects.toMatchObject({ code: "transaction_invalid" });
  });

  test("what the signer throws is not called a bad transaction", async () => {
    const absent: Signer = {
      publicKeyHex: PUBLIC,
      sign: () => Promise.reject(new Error("the key service is away")),
    };
    const built = buildTransaction({ ...(await input()), signer: absent });
    await expect(built).rejects.toThrow("the key service is away");
  });
});

describe("networks", () => {
  test.each([...Object.values(NETWORK_IDS), 240])(
    "XRD of network %i is the toolkit's",
    async (id) => {
      const known = await RadixEngineToolkit.Utils.knownAddresses(id);
      expect(await xrdAddress(id)).toBe(known.resourceAddresses.xrd);
    },
  );

  test("ids are what the ledger calls its networks", () => {
    expect(NETWORK_IDS).toEqual({ mainnet: 1, stokenet: 2, simulator: 242 });
  });
});
