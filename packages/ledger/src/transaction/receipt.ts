import { addDecimal, DECIMAL_ZERO, type Decimal, parseDecimal } from "@weft/protocol";
import { unexpectedAnswer } from "../gateway/unexpected.ts";

const PREVIEW_ENDPOINT = "/transaction/preview";
const FEE_PARTS = ["execution", "finalization", "storage", "royalty", "tipping"] as const;
const LONGEST_MESSAGE = 1_000;

/** What we read of a node's receipt, which the Gateway passes on as it is (Core API `TransactionReceipt`). */
export interface PreviewReceipt {
  readonly status: "Succeeded" | "Failed" | "Rejected";
  /** Values that the instructions returned, by instruction, as programmatic SBOR JSON; only when it succeeded. */
  readonly output: readonly unknown[];
  /** Null when it succeeded; cut to 1,000 characters. */
  readonly errorMessage: string | null;
  readonly feeSummary: Readonly<Record<string, unknown>>;
}

/** @throws {GatewayError} `gateway_unexpected_answer` when it is no receipt */
export function parsePreviewReceipt(receipt: unknown): PreviewReceipt {
  const { status, output, error_message, fee_summary } = (receipt ?? {}) as {
    readonly status?: unknown;
    readonly output?: readonly { readonly programmatic_json?: unknown }[] | null;
    readonly error_message?: unknown;
    readonly fee_summary?: Readonly<Record<string, unknown>> | null;
  };
  if (status !== "Succeeded" && status !== "Failed" && status !== "Rejected") {
    throw unexpectedAnswer(PREVIEW_ENDPOINT, "no receipt with a status");
  }
  const message = typeof error_message === "string" ? error_message : "no error message";
  return {
    status,
    output: (output ?? []).map((line) => line?.programmatic_json),
    errorMessage: status === "Succeeded" ? null : message.slice(0, LONGEST_MESSAGE),
    feeSummary: fee_summary ?? {},
  };
}

/** All that the transaction would cost, XRD. @throws {GatewayError} `gateway_unexpected_answer` when a part is missing */
export function totalFeeXrd({ feeSummary }: PreviewReceipt): Decimal {
  let total = DECIMAL_ZERO;
  for (const part of FEE_PARTS) {
    const name = `xrd_total_${part}_cost`;
    const text = feeSummary[name];
    if (typeof text !== "string") throw unexpectedAnswer(PREVIEW_ENDPOINT, `no ${name}`);
    total = addDecimal(total, parseDecimal(text));
  }
  return total;
}
