import { describe, expect, it } from "vitest";
import { ADDRESSES } from "./addresses.ts";
import { createLedger } from "./ledger.ts";
import { createTestWallet, getCdpManifest, liquidationManifest, readOnly } from "./test-wallet.ts";
import type { SimulatedLedger } from "./types.ts";

const START_MS = 1_800_000_000_000;
const wallet = await createTestWallet();
const stranger = await createTestWallet("22");

const XRD = `Address("${ADDRESSES.xrd}")`;
const TAKE = `TAKE_ALL_FROM_WORKTOP ${XRD} Bucket("b");`;
/** Does nothing. */
const IDLE = `${TAKE}\nRETURN_TO_WORKTOP Bucket("b");`;

describe("previewing get_cdp", () => {
  it("returns one map of all CDPs asked for, without names", async () => {
    const ledger = openLedger();
    const [first, second] = liveIds(ledger);
    const receipt = await ledger.preview(readOnly(getCdpManifest(`${first}`, `${second}`)));
    expect(receipt.status).toBe("Succeeded");
    expect(receipt.output).toHaveLength(1);
    const [map] = receipt.output;
    expect(map?.entries?.map(({ key }) => key.value)).toEqual([first, second]);
    expect(map?.entries?.[0]?.value.fields?.map(({ kind }) => kind)).toEqual([
      ...["Decimal", "Decimal", "Decimal", "Decimal", "Decimal", "Array", "Array"],
      ...["Decimal", "Decimal", "Decimal", "Decimal", "Map", "Map", "Map"],
    ]);
    expect(JSON.stringify(map)).not.toMatch(/field_name|type_name|variant_name/);
  });

  it("fails whole for one that is burned or was never minted, and names it", async () => {
    const ledger = openLedger();
    const [live] = liveIds(ledger);
    const burned = ids(ledger).find((id) => kindOf(ledger, id) === "burned");
    for (const id of [burned, "#100000#"]) {
      const receipt = await ledger.preview(readOnly(getCdpManifest(`${live}`, `${id}`)));
      expect(receipt).toMatchObject({ status: "Failed", output: [] });
      expect(receipt.errorMessage).toContain(`CDP ${id} `);
    }
  });

  it("fails four hours after the feed stopped", async () => {
    const ledger = openLedger();
    const manifest = getCdpManifest(`${liveIds(ledger)[0]}`);
    ledger.advance(20_000);
    expect((await ledger.preview(readOnly(manifest))).status).toBe("Succeeded");
    ledger.behaviour.priceFeed = "stopped";
    ledger.advance(14_401);
    expect((await ledger.preview(readOnly(manifest))).errorMessage).toMatch(/price of .* expired/);
  });
});

describe("previewing anything", () => {
  it("is a fault of the caller when the manifest does not compile", async () => {
    await expect(openLedger().preview(readOnly("CALL_METHOD x"))).rejects.toMatchObject({
      name: "InvalidTransactionError",
      message: expect.stringMatching(/does not compile.{10,320}$/),
    });
  });

  it.each([
    ["a method that is not there", (a: string) => call(a, "self_destruct"), "method not found"],
    ["what is left on the worktop", (a: string) => withdrawal(a, "1"), "left on the worktop"],
    ["a bucket nobody took", (a: string) => `${withdrawal(a, "1")}\n${TAKE}`, "left dangling"],
    [
      "an amount the resource cannot be split into",
      (a: string) => withdrawal(a, "0.0000001", "xUSDC"),
      "InvalidAmount",
    ],
    ["more than there is", (a: string) => withdrawal(a, "1001"), "InsufficientBalance"],
    [
      "an assertion that does not hold",
      (a: string) => `${withdrawal(a, "1")}\nASSERT_WORKTOP_CONTAINS ${XRD} Decimal("1.5");`,
      "AssertionFailed",
    ],
    [
      "a healthy CDP",
      (account: string) =>
        liquidationManifest({
          account,
          cdpId: "#1#",
          payment: { resource: ADDRESSES.xrd, amount: "1" },
        }),
      "cannot be liquidated",
    ],
  ])("fails for %s", async (_, manifest, message) => {
    const ledger = openLedger();
    const receipt = await ledger.preview(readOnly(manifest(wallet.account)));
    expect(receipt.status).toBe("Failed");
    expect(receipt.errorMessage).toContain(message);
  });

  it("goes on with buckets taken, returned and deposited, one output each", async () => {
    const manifest = `${withdrawal(wallet.account, "3")}
TAKE_FROM_WORKTOP ${XRD} Decimal("1") Bucket("a");
RETURN_TO_WORKTOP Bucket("a");
ASSERT_WORKTOP_CONTAINS_ANY ${XRD};
TAKE_FROM_WORKTOP ${XRD} Decimal("2") Bucket("b");
CALL_METHOD Address("${stranger.account}") "try_deposit_batch_or_abort" Array<Bucket>(Bucket("b")) Enum<0u8>();
CALL_METHOD Address("${wallet.account}") "deposit_batch" Expression("ENTIRE_WORKTOP");`;
    const ledger = openLedger();
    const receipt = await ledger.preview(readOnly(manifest));
    expect(receipt.output).toHaveLength(7);
    expect(receipt.balanceChanges.map(({ entity, change }) => [entity, change])).toEqual([
      [wallet.account, "-2"],
      [stranger.account, "2"],
    ]);
    expect(ledger.balances(stranger.account, ledger.head().stateVersion)).toEqual({});
  });

  it("needs the owner's signature, unless told to assume it", async () => {
    const manifest = `CALL_METHOD Address("${wallet.account}") "lock_fee" Decimal("10");`;
    const request = { ...readOnly(manifest), useFreeCredit: false };
    const signedBy = (key: string) => ({
      ...request,
      assumeAllSignatureProofs: false,
      signerPublicKeysHex: [key],
    });
    const ledger = openLedger();
    expect((await ledger.preview(request)).status).toBe("Succeeded");
    expect((await ledger.preview(signedBy(wallet.publicKeyHex))).status).toBe("Succeeded");
    expect(await ledger.preview(signedBy(stranger.publicKeyHex))).toMatchObject({
      status: "Rejected",
      errorMessage: expect.stringContaining("Unauthorized"),
    });
  });

  it.each([
    ["no fee locked", IDLE],
    [
      "too small a fee locked",
      `CALL_METHOD Address("${wallet.account}") "lock_fee" Decimal("0.2");`,
    ],
    [
      "a fee locked only for success, before a failure",
      `CALL_METHOD Address("${wallet.account}") "lock_contingent_fee" Decimal("5");
${call(wallet.account, "self_destruct")}`,
    ],
  ])("rejects with %s", async (_, manifest) => {
    const request = { ...readOnly(manifest), useFreeCredit: false };
    expect(await openLedger().preview(request)).toMatchObject({
      status: "Rejected",
      errorMessage: expect.stringContaining("fee not covered"),
    });
  });

  it("rejects outside the epochs given, unless told to skip that", async () => {
    const ledger = openLedger();
    const { epoch } = ledger.head();
    const request = { ...readOnly(IDLE), skipEpochCheck: false };
    const status = async (start: number, end: number) =>
      (await ledger.preview({ ...request, startEpochInclusive: start, endEpochExclusive: end }))
        .status;
    expect(await status(epoch, epoch + 1)).toBe("Succeeded");
    expect(await status(epoch - 2, epoch)).toBe("Rejected");
    expect(await status(epoch + 1, epoch + 2)).toBe("Rejected");
    expect((await ledger.preview(readOnly(IDLE))).status).toBe("Succeeded");
  });
});

function openLedger(): SimulatedLedger {
  const ledger = createLedger({
    cdps: 100,
    seed: 1,
    commitDelayMs: 0,
    wallNowMs: () => START_MS,
  });
  const { xrd, resources } = ledger.addresses;
  ledger.fund(wallet.account, { [xrd]: "1000", [resources.xUSDC as string]: "1000" });
  return ledger;
}

function call(account: string, method: string): string {
  return `CALL_METHOD Address("${account}") "${method}";`;
}

function withdrawal(account: string, amount: string, symbol = "XRD"): string {
  const resource = ADDRESSES.resources[symbol];
  return `CALL_METHOD Address("${account}") "withdraw" Address("${resource}") Decimal("${amount}");`;
}

function ids(ledger: SimulatedLedger): string[] {
  const count = ledger.mintedCount(ledger.head().stateVersion);
  return Array.from({ length: count }, (_, position) => ledger.mintedId(position));
}

function kindOf(ledger: SimulatedLedger, id: string): string {
  return ledger.nonFungible(id, ledger.head().stateVersion).kind;
}

function liveIds(ledger: SimulatedLedger): string[] {
  return ids(ledger).filter((id) => kindOf(ledger, id) === "live");
}
