import { flashLoanManifest, type PaymentParties, withdrawalManifest } from "@weft/ledger";
import { type Decimal, type LiquidationPlan, spendOf, subDecimal } from "@weft/protocol";

/** One payment as it can be tried by itself. */
type Payment =
  | { readonly kind: "withdrawal"; readonly resource: string; readonly amount: Decimal }
  | {
      readonly kind: "flash_loan";
      readonly resource: string;
      readonly amount: Decimal;
      readonly fee: Decimal;
      readonly repayAmount: Decimal;
    };

/** Whether a payment works by itself; `unproven` when the account has not even the fee of the flash loan to try it with. */
type PaymentProof = "proven" | "unproven" | { readonly failed: string };

export interface TryPaymentsDeps {
  readonly parties: PaymentParties & { readonly xrd: string };
  readonly spendable: ReadonlyMap<string, Decimal>;
  /** The error of a preview; null when it succeeded. */
  readonly previewError: (manifest: string, signal: AbortSignal) => Promise<string | null>;
}

/** Tells of each plan whether its payment works by itself. */
export type ProofOf = (plan: LiquidationPlan) => PaymentProof;

/**
 * Tries what plans have in common before they come to `liquidate`: of every asset the largest withdrawal and the largest
 * flash loan among them, once each. What works for the largest works for the others.
 */
export async function tryPayments(
  plans: readonly LiquidationPlan[],
  deps: TryPaymentsDeps,
  signal: AbortSignal,
): Promise<ProofOf> {
  const { xrd } = deps.parties;
  const largest = new Map<string, Payment>();
  for (const payment of plans.flatMap((plan) => paymentsOf(plan, xrd))) {
    const known = largest.get(keyOf(payment));
    if (known === undefined || payment.amount > known.amount) largest.set(keyOf(payment), payment);
  }
  const proofs = new Map(
    await Promise.all(
      [...largest].map(
        async ([key, payment]) => [key, await prove(payment, deps, signal)] as const,
      ),
    ),
  );
  return (plan) => {
    const found = paymentsOf(plan, xrd).map((payment) => proofs.get(keyOf(payment)) ?? "unproven");
    return (
      found.find((proof) => typeof proof === "object") ??
      found.find((proof) => proof === "unproven") ??
      "proven"
    );
  };
}

const keyOf = ({ kind, resource }: Payment) => `${kind} ${resource}`;

function paymentsOf(plan: LiquidationPlan, xrd: string): Payment[] {
  if (plan.funding === "flash_redeem" || plan.funding === "flash_swap") {
    const { resource, amount } = plan.repay;
    const fee = subDecimal(plan.flashRepayAmount, amount);
    return [{ kind: "flash_loan", resource, amount, fee, repayAmount: plan.flashRepayAmount }];
  }
  return [...spendOf(plan, xrd)]
    .filter(([, amount]) => amount > 0n)
    .map(([resource, amount]) => ({ kind: "withdrawal", resource, amount }));
}

async function prove(
  payment: Payment,
  { parties, spendable, previewError }: TryPaymentsDeps,
  signal: AbortSignal,
): Promise<PaymentProof> {
  if (payment.kind === "flash_loan" && (spendable.get(payment.resource) ?? 0n) < payment.fee) {
    return "unproven";
  }
  const manifest =
    payment.kind === "flash_loan"
      ? flashLoanManifest(payment, parties)
      : withdrawalManifest(payment, parties);
  const error = await previewError(manifest, signal);
  return error === null ? "proven" : { failed: error };
}
