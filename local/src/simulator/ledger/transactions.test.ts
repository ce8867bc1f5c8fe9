import { beforeEach, describe, expect, it } from "vitest";
import { createLedger } from "./ledger.ts";
import { createTestWallet, liquidationManifest } from "./test-wallet.ts";
import type { SimulatedLedger } from "./types.ts";

const START_MS = 1_800_000_000_000;
const wallet = await createTestWallet();
const pauper = await createTestWallet("33");

let wallMs = START_MS;
let ledger: SimulatedLedger;

beforeEach(() => {
  wallMs = START_MS;
  ledger = createLedger({ cdps: 200, seed: 1, commitDelayMs: 1_000, wallNowMs: () => wallMs });
  const { resources } = ledger.addresses;
  ledger.fund(
    wallet.account,
    Object.fromEntries(Object.values(resources).map((resource) => [resource, "1000000"])),
  );
});

const PAY_FEE = `CALL_METHOD Address("${wallet.account}") "lock_fee" Decimal("10");`;

describe("a submitted transaction", () => {
  it("walks from unknown to its outcome within the delay", async () => {
    const { hex, intentHash } = await signed(PAY_FEE);
    expect(await ledger.submit(hex)).toEqual({ duplicate: false });
    const seen = [0, 90, 800, 20, 90].map((ms) => {
      wallMs += ms;
      return ledger.intent(intentHash).status;
    });
    expect(seen).toEqual([
      "Unknown",
      "Unknown",
      "Pending",
      "CommitPendingOutcomeUnknown",
      "CommittedSuccess",
    ]);
    const { committedStateVersion } = ledger.intent(intentHash);
    const committed = ledger.committed(intentHash);
    expect(committed?.point.stateVersion).toBe(committedStateVersion);
    expect(committed).toMatchObject({ payloadHex: hex, feePaidXrd: "0.284" });
    expect(ledger.balances(wallet.account, ledger.head().stateVersion)).toMatchObject({
      [ledger.addresses.xrd]: "999999.716",
    });
    expect(ledger.audit().feesXrd).toBe("0.284");
  });

  it("is a duplicate when handed in again, and refused once it is committed", async () => {
    const { hex } = await signed(PAY_FEE);
    await ledger.submit(hex);
    expect(await ledger.submit(hex)).toEqual({ duplicate: true });
    wallMs += 1_000;
    await expect(ledger.submit(hex)).rejects.toThrow("already committed");
    expect(ledger.audit().commits).toEqual({ success: 1, failure: 0 });
  });

  it("is committed once, whichever payload carries it", async () => {
    const first = await signed(PAY_FEE);
    const other = await wallet.sign({
      manifest: PAY_FEE,
      startEpoch: ledger.head().epoch,
      cosignedBy: "44",
    });
    expect([other.intentHash, other.hex === first.hex]).toEqual([first.intentHash, false]);
    await ledger.submit(first.hex);
    expect(await ledger.submit(other.hex)).toEqual({ duplicate: false });
    wallMs += 1_000;
    expect(ledger.committed(first.intentHash)?.payloadHex).toBe(first.hex);
    expect(ledger.audit()).toMatchObject({
      commits: { success: 1, failure: 0 },
      unfinalTogether: [],
    });
  });

  it("that fails on the ledger pays its fee and nothing else", async () => {
    const { xrd } = ledger.addresses;
    const manifest = liquidationManifest({
      account: wallet.account,
      cdpId: healthyId(),
      payment: { resource: xrd, amount: "5" },
    });
    const { hex, intentHash } = await signed(manifest);
    await ledger.submit(hex);
    wallMs += 1_000;
    expect(ledger.intent(intentHash)).toMatchObject({
      status: "CommittedFailure",
      errorMessage: expect.stringContaining("cannot be liquidated"),
    });
    expect(ledger.committed(intentHash)?.receipt.balanceChanges).toEqual([
      { entity: wallet.account, resource: xrd, change: "-0.356" },
    ]);
    expect(ledger.audit()).toMatchObject({ commits: { failure: 1 }, imbalances: [] });
  });

  it("waits while its fee account is empty, and is rejected for good when its end epoch comes", async () => {
    const manifest = PAY_FEE.replace(wallet.account, pauper.account);
    const { hex, intentHash } = await pauper.sign({ manifest, startEpoch: ledger.head().epoch });
    await ledger.submit(hex);
    wallMs += 1_000;
    expect(ledger.intent(intentHash).status).toBe("LikelyButNotCertainRejection");
    ledger.advance(600);
    expect(ledger.intent(intentHash)).toMatchObject({
      status: "PermanentlyRejected",
      committedStateVersion: null,
      endEpochExclusive: 250_002,
    });
    await expect(ledger.submit(hex)).rejects.toThrow("ended at epoch 250002");
  });

  it("commits after all when its fee account is filled in time", async () => {
    const manifest = PAY_FEE.replace(wallet.account, pauper.account);
    const { hex, intentHash } = await pauper.sign({ manifest, startEpoch: ledger.head().epoch });
    await ledger.submit(hex);
    wallMs += 1_000;
    ledger.fund(pauper.account, { [ledger.addresses.xrd]: "20" });
    wallMs += 2_000;
    expect(ledger.intent(intentHash).status).toBe("CommittedSuccess");
  });

  it("stays pending while the ledger is frozen, and commits when it thaws", async () => {
    const { hex, intentHash } = await signed(PAY_FEE);
    await ledger.submit(hex);
    ledger.behaviour.frozen = true;
    const head = ledger.head();
    wallMs += 3_600_000;
    expect(ledger.head()).toEqual(head);
    expect(ledger.nowMs() - head.timestampMs).toBe(3_600_000);
    expect(ledger.intent(intentHash).status).toBe("Pending");
    expect(() => ledger.crash("0.1")).toThrow("frozen");
    ledger.behaviour.frozen = false;
    expect(ledger.intent(intentHash).status).toBe("CommittedSuccess");
    expect(ledger.head()).toMatchObject({ epoch: 250_000, timestampMs: ledger.nowMs() });
  });

  it("is noticed when another intent for the same CDP is not final yet", async () => {
    const manifest = liquidationManifest({
      account: wallet.account,
      cdpId: healthyId(),
      payment: { resource: ledger.addresses.xrd, amount: "5" },
    });
    const [first, second, third] = await Promise.all(
      [1, 2, 3].map((nonce) => signed(manifest, nonce)),
    );
    await ledger.submit(first?.hex ?? "");
    await ledger.submit(second?.hex ?? "");
    wallMs += 1_000;
    await ledger.submit(third?.hex ?? "");
    expect(ledger.audit().unfinalTogether).toEqual([
      { cdpId: healthyId(), intentHashes: [first?.intentHash, second?.intentHash] },
    ]);
  });
});

describe("a payload that no mempool takes", () => {
  it.each([
    ["another network's", { networkId: 2 }, /address|network/i],
    [
      "one that starts later than the next epoch",
      { startEpoch: 250_002 },
      "starts at epoch 250002",
    ],
    ["one whose end epoch is here", { startEpoch: 249_990, endEpoch: 250_000 }, "ended at epoch"],
    ["one valid for too long", { endEpoch: 260_000 }, "no valid range"],
  ])("is %s", async (_, header, message) => {
    const manifest = "networkId" in header ? "DROP_ALL_PROOFS;" : PAY_FEE;
    const { hex } = await wallet.sign({ manifest, startEpoch: 250_000, ...header });
    await expect(ledger.submit(hex)).rejects.toMatchObject({
      name: "InvalidTransactionError",
      message: expect.stringMatching(message),
    });
  });

  it("is one with a single bit of its signature changed", async () => {
    const { hex } = await signed(PAY_FEE);
    const last = (Number.parseInt(hex.slice(-2), 16) ^ 1).toString(16).padStart(2, "0");
    await expect(ledger.submit(hex.slice(0, -2) + last)).rejects.toThrow(
      "notary signature is wrong",
    );
  });

  it("is one whose content was changed after signing", async () => {
    const { hex } = await signed(PAY_FEE);
    await expect(ledger.submit(hex.replace("0a90d003", "0a8fd003"))).rejects.toThrow(
      "signature is wrong",
    );
  });

  it("is one that cannot be read", async () => {
    await expect(ledger.submit("4d2203")).rejects.toThrow("cannot be read");
  });
});

function signed(manifest: string, nonce = 1) {
  return wallet.sign({ manifest, startEpoch: ledger.head().epoch, nonce });
}

function healthyId(): string {
  const { stateVersion } = ledger.head();
  const over = new Set(ledger.audit().overLine.map(({ cdpId }) => cdpId));
  const found = Array.from({ length: 200 }, (_, position) => ledger.mintedId(position)).find(
    (id) => ledger.nonFungible(id, stateVersion).kind === "live" && !over.has(id),
  );
  return found ?? "";
}
