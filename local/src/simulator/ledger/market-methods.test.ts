import { expect, it } from "vitest";
import { executeTransaction } from "./execution.ts";
import type { CdpState } from "./model.ts";
import { Num } from "./numbers.ts";
import { frameOver, handMadeCdp, handMadeTables, NOW_SECONDS, USDC, XRD } from "./test-market.ts";
import { createTestWallet, getCdpManifest, liquidationManifest } from "./test-wallet.ts";
import { parseManifest } from "./toolkit.ts";
import type { LedgerRules } from "./types.ts";

const { account } = await createTestWallet();

/** What becomes of a manifest on a market of one CDP. */
async function execute(manifest: string, cdp: CdpState, rules: Partial<LedgerRules>) {
  const base = handMadeTables({ "#1#": cdp });
  const wallet = { [USDC]: new Num(1_000), [XRD]: new Num(1_000) };
  base.accounts.put(account, new Map(Object.entries(wallet)), 1);
  const { receipt } = executeTransaction({
    instructions: await parseManifest(manifest),
    ...{ base, nowSeconds: NOW_SECONDS, owners: "all" as const },
    rules: frameOver(base, rules).rules,
    ...{ tipPercentage: 0, useFreeCredit: true },
  });
  return receipt.errorMessage ?? receipt.status;
}

it.each([
  ["refused", { line: "above" }, "its liquidation_ltv is 1"],
  ["let", { line: "at" }, "Succeeded"],
] as const)("whoever liquidates at a ratio of exactly 1 is %s with %o", async (_, rules, said) => {
  // 100 xUSDC, 25,000 XRD, against what counts for 25,000.
  const cdp = handMadeCdp({ [USDC]: "80" }, { [XRD]: "31250" });
  const payment = { resource: USDC, amount: "10" };
  const manifest = liquidationManifest({ account, cdpId: "#1#", payment, seize: [XRD] });
  expect(await execute(manifest, cdp, rules)).toContain(said);
});

it.each([
  ["valued", { emptyRatio: "greatest" }, "Succeeded"],
  ["not valued", { emptyRatio: "fails" }, "CDP #1#: division by zero"],
] as const)("a debt that nothing stands against is %s with %o", async (_, rules, said) => {
  const manifest = getCdpManifest("#1#");
  expect(await execute(manifest, handMadeCdp({ [USDC]: "1" }, {}), rules)).toContain(said);
  const covered = handMadeCdp({ [USDC]: "1" }, { [XRD]: "1" });
  expect(await execute(manifest, covered, rules)).toBe("Succeeded");
});
