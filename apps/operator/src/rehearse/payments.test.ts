import { type FlashPlan, type InventoryPlan, parseDecimal } from "@weft/protocol";
import { expect, test } from "vitest";
import { tryPayments } from "./payments.ts";

const { signal } = new AbortController();
const RESOURCE = "resource_sim1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxakj8n3";
const OTHER = "resource_sim1t5psxqcrqvpsxqcrqvpsxqcrqvpsxqcrqvpsxqcrqvpsxqcr0nafs4";
const parties = {
  account: "account_sim12yyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgnjnm68",
  lendingPool: "component_sim1cqpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqsz2l27zz",
  transientResource: RESOURCE,
  feeLockXrd: parseDecimal("10"),
  xrd: "resource_sim1xrd",
};
const zero = parseDecimal("0");

const fromInventory = (resource: string, amount: string): InventoryPlan => ({
  kind: "plan",
  funding: "inventory",
  repay: { resource, amount: parseDecimal(amount), valueXrd: zero },
  seize: [],
  profitXrd: zero,
});
const byFlash = (amount: string, back: string): FlashPlan => ({
  ...{ ...fromInventory(RESOURCE, amount), funding: "flash_swap" as const },
  ...{ redeem: null, swaps: [], leftover: { expected: zero, min: zero } },
  flashRepayAmount: parseDecimal(back),
});

function previews(failing: (manifest: string) => boolean = () => false) {
  const seen: string[] = [];
  const previewError = (manifest: string) => {
    seen.push(manifest);
    return Promise.resolve(failing(manifest) ? "no such thing" : null);
  };
  return { seen, previewError };
}

test("the largest payment of each asset is tried, once", async () => {
  const { seen, previewError } = previews();
  const plans = ["2", "5", "3"].map((amount) => fromInventory(RESOURCE, amount));
  const proofOf = await tryPayments(
    [...plans, fromInventory(OTHER, "1")],
    { parties, spendable: new Map(), previewError },
    signal,
  );
  expect(seen.map((text) => /"withdraw" \S+ Decimal\("(\d+)"\)/.exec(text)?.[1])).toEqual([
    "5",
    "1",
  ]);
  expect(plans.map(proofOf)).toEqual(["proven", "proven", "proven"]);
});

test("what fails for one asset fails for its plans alone", async () => {
  const { previewError } = previews((manifest) => manifest.includes(OTHER));
  const [good, bad] = [fromInventory(RESOURCE, "1"), fromInventory(OTHER, "1")];
  const proofOf = await tryPayments(
    [good, bad],
    { parties, spendable: new Map(), previewError },
    signal,
  );
  expect(proofOf(good)).toBe("proven");
  expect(proofOf(bad)).toEqual({ failed: "no such thing" });
});

test.each([
  ["0.01", "proven", 1],
  ["0.009999999999999999", "unproven", 0],
])("with %s of the asset for the pool's fee a flash loan is %s", async (held, proof, tried) => {
  const { seen, previewError } = previews();
  const plan = byFlash("10", "10.01");
  const spendable = new Map([[RESOURCE, parseDecimal(held)]]);
  const proofOf = await tryPayments([plan], { parties, spendable, previewError }, signal);
  expect(proofOf(plan)).toBe(proof);
  expect(seen).toHaveLength(tried);
});
