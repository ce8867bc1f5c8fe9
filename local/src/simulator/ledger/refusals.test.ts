import { beforeEach, describe, expect, it } from "vitest";
import { createLedger } from "./ledger.ts";
import { createTestWallet, liquidationManifest } from "./test-wallet.ts";
import type { Receipt, SimulatedLedger } from "./types.ts";

const START_MS = 1_800_000_000_000;
const wallet = await createTestWallet();
let ledger: SimulatedLedger;
let wallMs: number;

beforeEach(() => {
  wallMs = START_MS;
  ledger = createLedger({ cdps: 400, seed: 3, commitDelayMs: 0, wallNowMs: () => wallMs });
  const { xrd } = ledger.addresses;
  ledger.fund(wallet.account, { [xrd]: "1000", [usdc()]: "1000" });
  ledger.crash("0.25");
});

describe("a CDP that cannot be liquidated for reasons of its own", () => {
  it("is refused by preview and on ledger, where the fee is spent and nothing else changes", async () => {
    const [cdpId, other] = await owingUsdc();
    ledger.behaviour.refusedCdpIds = [cdpId];
    expect(await preview(cdpId)).toMatchObject({
      status: "Failed",
      errorMessage: `LendingMarket: CDP ${cdpId} cannot give up its collateral`,
    });
    expect((await preview(other)).status).toBe("Succeeded");
    const intentHash = await submit(cdpId);
    expect(ledger.intent(intentHash).status).toBe("CommittedFailure");
    expect(ledger.audit()).toMatchObject({
      liquidations: [],
      failures: [{ cdpIds: [cdpId], intentHash, feeXrd: "0.356" }],
      feesXrd: "0.356",
      imbalances: [],
    });
  });

  it("may go through by preview all the same, and fail on ledger only", async () => {
    const [cdpId] = await owingUsdc();
    ledger.behaviour.failingCdpIds = [cdpId];
    expect((await preview(cdpId)).status).toBe("Succeeded");
    expect(ledger.intent(await submit(cdpId))).toMatchObject({
      status: "CommittedFailure",
      errorMessage: `LendingMarket: CDP ${cdpId} cannot give up its collateral`,
    });
  });

  it("is liquidated like any other once it is released", async () => {
    const [cdpId] = await owingUsdc();
    ledger.behaviour.failingCdpIds = [cdpId];
    expect(ledger.intent(await submit(cdpId)).status).toBe("CommittedFailure");
    ledger.behaviour.failingCdpIds = [];
    expect(ledger.intent(await submit(cdpId)).status).toBe("CommittedSuccess");
    expect(ledger.audit().liquidations.map((done) => done.cdpId)).toEqual([cdpId]);
  });
});

const usdc = () => `${ledger.addresses.resources.xUSDC}`;

const manifestOf = (cdpId: string) =>
  liquidationManifest({
    account: wallet.account,
    cdpId,
    payment: { resource: usdc(), amount: "0.1" },
  });

function preview(cdpId: string): Promise<Receipt> {
  return ledger.preview({
    manifest: manifestOf(cdpId),
    signerPublicKeysHex: [wallet.publicKeyHex],
    useFreeCredit: false,
    assumeAllSignatureProofs: false,
    skipEpochCheck: true,
  });
}

let nonce = 0;

async function submit(cdpId: string): Promise<string> {
  nonce += 1;
  const manifest = manifestOf(cdpId);
  const { hex, intentHash } = await wallet.sign({
    manifest,
    startEpoch: ledger.head().epoch,
    nonce,
  });
  await ledger.submit(hex);
  wallMs += 1_000;
  return intentHash;
}

/** Two CDPs over the line that a payment in xUSDC liquidates. */
async function owingUsdc(): Promise<[string, string]> {
  const found: string[] = [];
  for (const { cdpId } of ledger.audit().overLine) {
    if ((await preview(cdpId)).status === "Succeeded") found.push(cdpId);
  }
  const [first, second] = found;
  if (first === undefined || second === undefined) throw new Error("the book has too few");
  return [first, second];
}
