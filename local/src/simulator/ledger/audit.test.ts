import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLedger } from "./ledger.ts";
import {
  createTestWallet,
  getCdpManifest,
  liquidationManifest,
  readOnly,
  type TestWallet,
} from "./test-wallet.ts";
import type { SborNode, SimulatedLedger } from "./types.ts";

const START_MS = 1_800_000_000_000;
const wallet = await createTestWallet();

describe("the audit", () => {
  it("finds every resource conserved after liquidations of any size, order and luck", async () => {
    const attempt = fc.record({
      pick: fc.nat(1_000),
      loan: fc.nat(2),
      share: fc.integer({ min: 1, max: 80 }),
      named: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(attempt, { minLength: 3, maxLength: 6 }),
        fc.constantFrom("as_requested", "largest_first"),
        async (attempts, seizureOrder) => {
          const ledger = crashedLedger(wallet);
          ledger.behaviour.seizureOrder = seizureOrder;
          for (const [nonce, { pick, ...wanted }] of attempts.entries()) {
            const over = ledger.audit().overLine.filter(({ badDebt }) => !badDebt);
            await liquidate(ledger, `${over[pick % over.length]?.cdpId}`, { ...wanted, nonce });
          }
          const audit = ledger.audit();
          expect(audit.commits.success).toBeGreaterThan(0);
          expect(audit).toMatchObject({ imbalances: [], wronglyTouched: [], unfinalTogether: [] });
        },
      ),
      { numRuns: 8, seed: 1 },
    );
  });

  it("tells of a liquidation what it did, and that the CDP may need more than one", async () => {
    const ledger = crashedLedger(wallet);
    const deep = ledger
      .audit()
      .overLine.find(({ badDebt, liquidationLtv }) => !badDebt && Number(liquidationLtv) > 1.08);
    for (let nonce = 1; isOverLine(ledger, deep?.cdpId) && nonce < 12; nonce += 1) {
      await liquidate(ledger, `${deep?.cdpId}`, { loan: 0, share: 50, named: false, nonce });
    }
    const { liquidations } = ledger.audit();
    expect(liquidations.length).toBeGreaterThan(1);
    expect(liquidations[0]).toMatchObject({
      cdpId: deep?.cdpId,
      liquidationLtvBefore: deep?.liquidationLtv,
    });
    for (const [index, done] of liquidations.entries()) {
      expect(Number(done.liquidationLtvBefore)).toBeGreaterThan(1);
      expect(done.liquidationLtvBefore).toBe(
        liquidations[index - 1]?.liquidationLtvAfter ?? deep?.liquidationLtv,
      );
    }
  });

  it("leaves the past as it was", async () => {
    const ledger = crashedLedger(wallet);
    const cdpId = `${ledger.audit().overLine.find(({ badDebt }) => !badDebt)?.cdpId}`;
    const { stateVersion } = ledger.head();
    const before = ledger.nonFungible(cdpId, stateVersion);
    await liquidate(ledger, cdpId, { loan: 0, share: 50, named: true, nonce: 1 });
    expect(ledger.nonFungible(cdpId, stateVersion)).toEqual(before);
    expect(ledger.nonFungible(cdpId, ledger.head().stateVersion)).not.toEqual(before);
  });

  it("stays balanced when interest accrues, which alone moves health", () => {
    const ledger = crashedLedger(wallet);
    const first = ledger.audit().overLine[0]?.liquidationLtv;
    ledger.advance(30 * 86_400);
    const audit = ledger.audit();
    expect(audit.imbalances).toEqual([]);
    expect(audit.overLine[0]?.liquidationLtv).not.toBe(first);
  });
});

function crashedLedger({ account }: TestWallet): SimulatedLedger {
  const ledger = createLedger({
    cdps: 400,
    seed: 3,
    commitDelayMs: 0,
    wallNowMs: () => START_MS,
  });
  const amounts = Object.values(ledger.addresses.resources).map((address) => [
    address,
    "100000000",
  ]);
  ledger.fund(account, Object.fromEntries(amounts));
  ledger.crash("0.25");
  return ledger;
}

function isOverLine(ledger: SimulatedLedger, cdpId: string | undefined): boolean {
  return ledger.audit().overLine.some((over) => over.cdpId === cdpId && !over.badDebt);
}

/** Pays a share, in hundredths, of one of the CDP's loans. */
async function liquidate(
  ledger: SimulatedLedger,
  cdpId: string,
  options: { loan: number; share: number; named: boolean; nonce: number },
): Promise<void> {
  const preview = await ledger.preview(readOnly(getCdpManifest(cdpId)));
  const fields = preview.output[0]?.entries?.[0]?.value.fields ?? [];
  const loans = fields[11]?.entries ?? [];
  const { key, value } = loans[options.loan % loans.length] as { key: SborNode; value: SborNode };
  const resource = String(key.value);
  const places = Math.min(ledger.fungibleDivisibility(resource) ?? 0, 8);
  const owed = Number(value.fields?.[2]?.value);
  const collaterals = fields[12]?.entries?.map((entry) => String(entry.key.value)) ?? [];
  const manifest = liquidationManifest({
    account: wallet.account,
    cdpId,
    payment: { resource, amount: ((owed * options.share) / 100).toFixed(places) },
    ...(options.named && { seize: collaterals }),
  });
  const { epoch } = ledger.head();
  const { hex } = await wallet.sign({ manifest, startEpoch: epoch, nonce: options.nonce });
  await ledger.submit(hex);
  ledger.head();
}
