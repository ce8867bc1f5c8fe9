import { beforeEach, describe, expect, it } from "vitest";
import { ADDRESSES } from "./addresses.ts";
import { createLedger } from "./ledger.ts";
import { createTestWallet, getCdpManifest, readOnly } from "./test-wallet.ts";
import type { SborNode, SimulatedLedger } from "./types.ts";

/** Of two hundred CDPs these owe hUSDT against XRD, hUSDT against its deposit units, xUSDC against an NFT. */
const [SWAP, REDEEM, NFT] = ["#50#", "#100#", "#150#"] as const;
const START_MS = 1_800_000_000_000;
const { lendingMarket: market, lendingPool: pool, transientResource: term, xrd } = ADDRESSES;
const { hUSDT = "", xUSDC = "" } = ADDRESSES.resources;
const { hUSDT: unit = "" } = ADDRESSES.depositUnits;
const { hUSDT: dex = "" } = ADDRESSES.dexPools;
const wallet = await createTestWallet();
const FEE = `CALL_METHOD Address("${wallet.account}") "lock_fee" Decimal("10");`;
const KEEP = `CALL_METHOD Address("${wallet.account}") "deposit_batch" Expression("ENTIRE_WORKTOP");`;

let wallMs = START_MS;
let ledger: SimulatedLedger;

beforeEach(() => {
  wallMs = START_MS;
  ledger = createLedger({ cdps: 200, seed: 1, commitDelayMs: 1_000, wallNowMs: () => wallMs });
  ledger.crash("0.25");
  ledger.fund(wallet.account, { [xrd]: "100000" });
});

describe("a flash loan", () => {
  it("is paid back out of the deposit units that it took: the account held none of the asset", async () => {
    const receipt = await commit(REDEEM, flash(REDEEM, { amount: "60", seize: unit }));
    expect(receipt).toMatchObject({ status: "Succeeded", errorMessage: null });
    // 60 × 1.001 go back; of the 63.36 that 60 and the bonus bring, about 3.3 stay.
    const held = Number(balances()[hUSDT]);
    expect(held).toBeGreaterThan(3.299);
    expect(held).toBeLessThan(3.3);
    expectBooksToBalance({ cdpId: REDEEM, flashLent: true, swaps: 0 });
  });

  it("is paid back out of what a swap brings for the collateral", async () => {
    const receipt = await commit(SWAP, flash(SWAP, { amount: "40", seize: xrd, swap: dex }));
    expect(receipt).toMatchObject({ status: "Succeeded", errorMessage: null });
    // 40 × 1.056 × 0.997 - 40.04
    const held = Number(balances()[hUSDT]);
    expect(held).toBeGreaterThan(2.07);
    expect(held).toBeLessThan(2.08);
    expectBooksToBalance({ cdpId: SWAP, flashLent: true, swaps: 1 });
  });

  it("earns what the account holds more after it than before it, at the prices of the commit", async () => {
    await commit(SWAP, flash(SWAP, { amount: "40", seize: xrd, swap: dex }));
    const { liquidations, feesXrd } = ledger.audit();
    const price = Number(ledger.prices()[hUSDT]);
    const earned = Number(balances()[hUSDT]) * price - Number(feesXrd);
    expect(Number(liquidations[0]?.profitXrd)).toBeCloseTo(earned, 9);
  });

  it.each([
    ["is not paid back", `${take("1")}\n${KEEP}`, "NotDepositable"],
    ["is paid back short of its fee", `${take("1")}\n${repay("1")}\n${KEEP}`, "1.001 of"],
    ["is more than the pool has", `${take("1000000000")}\n${KEEP}`, "not enough liquidity"],
    ["is taken twice", `${take("1")}\n${take("1")}\n${KEEP}`, "one flash loan at a time"],
  ])("fails when it %s, and leaves the fee behind and nothing else", async (_, body, message) => {
    ledger.fund(wallet.account, { [hUSDT]: "10" });
    const receipt = await execute(`${FEE}\n${body}`);
    expect(receipt?.errorMessage).toContain(message);
    expect(balances()[hUSDT]).toBe("10");
    expect(ledger.audit().imbalances).toEqual([]);
  });

  it("gives change when too much comes back", async () => {
    ledger.fund(wallet.account, { [hUSDT]: "10" });
    const withdraw = `CALL_METHOD Address("${wallet.account}") "withdraw" Address("${hUSDT}") Decimal("10");`;
    await execute(`${FEE}\n${withdraw}\n${take("5")}\n${repay("7")}\n${KEEP}`);
    expect(balances()[hUSDT]).toBe("9.995");
    expect(ledger.audit().imbalances).toEqual([]);
  });
});

describe("a swap", () => {
  it.each([
    ["the spread", { dexSpread: "0.2" }],
    ["the want of depth", { dexDepthXrd: "1000" }],
  ])("is worse by %s, and an assertion ends it with the fee alone", async (_, rules) => {
    Object.assign(ledger.behaviour, rules);
    const receipt = await commit(SWAP, flash(SWAP, { amount: "40", seize: xrd, swap: dex }));
    expect(receipt).toMatchObject({ status: "Failed" });
    expect(receipt?.errorMessage).toMatch(/InsufficientBalance|AssertionFailed/);
    expect(ledger.audit()).toMatchObject({ liquidations: [], imbalances: [] });
  });

  it("refuses what its pool does not hold", async () => {
    ledger.fund(wallet.account, { [xUSDC]: "1" });
    const body = `CALL_METHOD Address("${wallet.account}") "withdraw" Address("${xUSDC}") Decimal("1");
TAKE_ALL_FROM_WORKTOP Address("${xUSDC}") Bucket("other");
CALL_METHOD Address("${dex}") "swap" Bucket("other");`;
    const receipt = await execute(`${FEE}\n${body}\n${KEEP}`);
    expect(receipt?.errorMessage).toContain("does not belong to the pool");
  });
});

describe("an NFT", () => {
  it("is handed out for debt and XRD, and the borrower gets what it is worth beyond the debt", async () => {
    const terms = await nftTerms();
    const receipt = await commit(NFT, await nftManifest(terms));
    expect(receipt).toMatchObject({ status: "Succeeded", errorMessage: null });
    const { overLine } = ledger.audit();
    expect(overLine.some(({ cdpId }) => cdpId === NFT)).toBe(false);
    expectBooksToBalance({ cdpId: NFT, flashLent: false, swaps: 0 });
    expect(ledger.audit().liquidations[0]).toMatchObject({
      seizedNft: { resource: ADDRESSES.claimNft, id: terms.id },
      seized: [],
    });
    // Bonus 7 % of 60,000 / 1.07, less the protocol's fifth and the fee of the transaction.
    const profit = Number(ledger.audit().liquidations[0]?.profitXrd);
    expect(profit).toBeGreaterThan(3_138);
    expect(profit).toBeLessThan(3_140.2);
  });

  it.each([
    ["a payment short of what is due", { pay: -1 }, "of the debt left to pay"],
    ["a compensation short of what is due", { xrd: -1 }, "of compensation and fee expected"],
  ])("is not handed out for %s", async (_, change, message) => {
    const receipt = await commit(NFT, await nftManifest(await nftTerms(), change));
    expect(receipt?.errorMessage).toContain(message);
    expect(ledger.audit()).toMatchObject({ liquidations: [], imbalances: [] });
  });

  it("costs no more than is due: the rest comes back", async () => {
    const terms = await nftTerms();
    await commit(NFT, await nftManifest(terms, { pay: 5, xrd: 7 }));
    // The toolkit's numbers here are rounded up by a unit at most.
    const due = Number(terms.compensation) + Number(terms.fee);
    const { feesXrd } = ledger.audit();
    expect(Number(balances()[xrd])).toBeCloseTo(100_000 - due - Number(feesXrd), 5);
    expectBooksToBalance({ cdpId: NFT, flashLent: false, swaps: 0 });
  });

  it.each([
    ["excessPayment", "rejected", "too much"],
    ["nftFee", "included", null],
  ])("with %s set to %s it is refused, or costs less: never more", async (name, value, message) => {
    const terms = await nftTerms();
    Object.assign(ledger.behaviour, { [name]: value });
    const receipt = await commit(NFT, await nftManifest(terms, { xrd: 1 }));
    expect(receipt?.errorMessage ?? null).toEqual(
      message === null ? null : expect.stringContaining(message),
    );
    expect(ledger.audit().imbalances).toEqual([]);
  });

  it("asks for less debt and more compensation where the close factor holds for it", async () => {
    const before = await nftTerms();
    ledger.behaviour.nftCloseFactor = "applied";
    const after = await nftTerms();
    expect(Number(after.payment)).toBeCloseTo(Number(before.payment) / 2, 9);
    expect(Number(after.compensation)).toBeGreaterThan(Number(before.compensation));
    const receipt = await commit(NFT, await nftManifest(after));
    expect(receipt).toMatchObject({ errorMessage: null });
    expect(ledger.audit().imbalances).toEqual([]);
  });
});

describe("a service that is off", () => {
  it.each([
    ["RepayForLiquidation/Global", SWAP],
    [`RepayForLiquidation/${hUSDT}`, SWAP],
    ["RemoveForLiquidation/GlobalResource", SWAP],
    [`RemoveForLiquidation/${xrd}`, SWAP],
    ["RepayForNFTLiquidation/Global", NFT],
    [`RepayForNFTLiquidation/${xUSDC}`, NFT],
    ["RemoveForLiquidation/GlobalNFT", NFT],
    ["RemoveForLiquidation/GlobalClaimNFT", NFT],
    [`RemoveForLiquidation/${ADDRESSES.claimNft}`, NFT],
  ])("%s is refused on the ledger, and can be read there", async (service, cdpId) => {
    const terms = await nftTerms();
    ledger.setServicesOff([service]);
    const nft = cdpId === NFT;
    const manifest = nft
      ? await nftManifest(terms)
      : flash(SWAP, { amount: "40", seize: xrd, swap: dex });
    expect((await commit(cdpId, manifest))?.errorMessage).toContain("is switched off");
    ledger.setServicesOff([]);
    expect(ledger.servicesOff()).toEqual([]);
  });

  it("is a service with a level, or refused", () => {
    expect(() => ledger.setServicesOff(["RepayForLiquidation/GlobalNFT"])).toThrow("is no service");
    expect(() => ledger.setServicesOff(["Everything/Global"])).toThrow("is no service");
  });
});

function take(amount: string): string {
  return `CALL_METHOD Address("${pool}") "take_flash_loan" Map<Address, Decimal>(Address("${hUSDT}") => Decimal("${amount}"));`;
}

function repay(amount: string): string {
  return `TAKE_FROM_WORKTOP Address("${hUSDT}") Decimal("${amount}") Bucket("back");
TAKE_ALL_FROM_WORKTOP Address("${term}") Bucket("term");
CALL_METHOD Address("${pool}") "repay_flash_loan" Array<Bucket>(Bucket("back")) Bucket("term");`;
}

function flash(
  cdpId: string,
  { amount, seize, swap }: { amount: string; seize: string; swap?: string },
): string {
  const [callee, method, bucket] =
    swap === undefined
      ? [pool, "withdraw", 'Array<Bucket>(Bucket("seized"))']
      : [swap, "swap", 'Bucket("seized")'];
  return `${FEE}
${take(amount)}
TAKE_ALL_FROM_WORKTOP Address("${hUSDT}") Bucket("payment");
CALL_METHOD Address("${market}") "liquidate" NonFungibleLocalId("${cdpId}") Array<Bucket>(Bucket("payment")) Enum<1u8>(Array<Address>(Address("${seize}")));
TAKE_ALL_FROM_WORKTOP Address("${seize}") Bucket("seized");
CALL_METHOD Address("${callee}") "${method}" ${bucket};
${repay((Number(amount) * 1.001).toFixed(6))}
ASSERT_WORKTOP_CONTAINS Address("${hUSDT}") Decimal("1");
${KEEP}`;
}

interface Terms {
  readonly id: string;
  readonly owed: string;
  readonly payment: string;
  readonly compensation: string;
  readonly fee: string;
  readonly price: string;
}

/** What `get_cdp` says of the NFT, by position. */
async function nftTerms(): Promise<Terms> {
  const { output } = await ledger.preview(readOnly(getCdpManifest(NFT)));
  const health = output[0]?.entries?.[0]?.value.fields;
  const loan = health?.[11]?.entries?.[0]?.value.fields;
  const entry = health?.[13]?.entries?.[0]?.value.entries?.[0];
  const terms = entry?.value.fields?.[1]?.fields as readonly SborNode[];
  const [, , payment, compensation, fee] = terms.map(({ value }) => String(value));
  return {
    id: String(entry?.key.value),
    owed: String(loan?.[2]?.value),
    payment: payment ?? "",
    compensation: compensation ?? "",
    fee: fee ?? "",
    price: String(loan?.[0]?.value),
  };
}

async function nftManifest(terms: Terms, change: { pay?: number; xrd?: number } = {}) {
  const amount = Number(terms.payment) / Number(terms.price) + 0.0000005 + (change.pay ?? 0);
  const pay = amount.toFixed(6);
  const extra = (
    Number(terms.compensation) +
    Number(terms.fee) +
    (change.xrd ?? 0) +
    0.0000005
  ).toFixed(6);
  ledger.fund(wallet.account, { [xUSDC]: pay });
  return `${FEE}
CALL_METHOD Address("${wallet.account}") "withdraw" Address("${xUSDC}") Decimal("${pay}");
TAKE_ALL_FROM_WORKTOP Address("${xUSDC}") Bucket("payment");
CALL_METHOD Address("${wallet.account}") "withdraw" Address("${xrd}") Decimal("${extra}");
TAKE_FROM_WORKTOP Address("${xrd}") Decimal("${extra}") Bucket("compensation");
CALL_METHOD Address("${market}") "liquidate_nft" NonFungibleLocalId("${NFT}") Array<Bucket>(Bucket("payment")) Address("${ADDRESSES.claimNft}") NonFungibleLocalId("${terms.id}") Bucket("compensation");
ASSERT_WORKTOP_CONTAINS_NON_FUNGIBLES Address("${ADDRESSES.claimNft}") Array<NonFungibleLocalId>(NonFungibleLocalId("${terms.id}"));
${KEEP}`;
}

async function commit(cdpId: string, manifest: string) {
  expect(ledger.audit().overLine.some((one) => one.cdpId === cdpId)).toBe(true);
  return execute(manifest);
}

async function execute(manifest: string) {
  const { hex, intentHash } = await wallet.sign({ manifest, startEpoch: ledger.head().epoch });
  await ledger.submit(hex);
  wallMs += 1_000;
  return ledger.committed(intentHash)?.receipt;
}

function balances() {
  return ledger.balances(wallet.account, ledger.head().stateVersion);
}

function expectBooksToBalance(liquidation: object): void {
  const { imbalances, wronglyTouched, unfinalTogether, liquidations } = ledger.audit();
  expect({ imbalances, wronglyTouched, unfinalTogether }).toEqual({
    imbalances: [],
    wronglyTouched: [],
    unfinalTogether: [],
  });
  expect(liquidations).toMatchObject([liquidation]);
}
