import type { LedgerState } from "@radixdlt/babylon-gateway-api-sdk";
import { AppError } from "@weft/runtime";
import type { GatewayClient } from "./gateway/client.ts";
import { unexpectedAnswer } from "./gateway/unexpected.ts";

/** Where the ledger stood when the Gateway answered. */
export interface LedgerHead {
  readonly stateVersion: bigint;
  readonly epoch: number;
  readonly round: number;
  /** Proposer round timestamp, milliseconds since 1970. Stands still while the network does. */
  readonly timestampMs: number;
}

/** The newest state that the Gateway knows. One request. */
export async function readHead(client: GatewayClient, signal: AbortSignal): Promise<LedgerHead> {
  const { ledger_state } = await client.construction(signal);
  return toHead(ledger_state, "/transaction/construction");
}

/**
 * Refuses a head that is too old to act on, or that lies as far in the future (then a clock is wrong).
 *
 * @throws {AppError} `stale_head` (retry)
 */
export function assertFresh(
  head: LedgerHead,
  { nowMs, maxAgeSeconds }: { readonly nowMs: number; readonly maxAgeSeconds: number },
): void {
  const ageSeconds = (nowMs - head.timestampMs) / 1_000;
  if (Math.abs(ageSeconds) <= maxAgeSeconds) return;
  const where = ageSeconds > 0 ? "old" : "in the future";
  throw new AppError(
    "stale_head",
    `the ledger's head is ${Math.abs(ageSeconds).toFixed(1)} s ${where}, more than ${maxAgeSeconds} s`,
    { disposition: "retry" },
  );
}

/** The `ledger_state` of any answer. @throws {GatewayError} when it makes no sense */
export function toHead(state: Partial<LedgerState> | undefined, endpoint: string): LedgerHead {
  const { state_version, epoch, round, proposer_round_timestamp } = state ?? {};
  const timestampMs = Date.parse(proposer_round_timestamp ?? "");
  if (!isCount(state_version) || !isCount(epoch) || Number.isNaN(timestampMs)) {
    throw unexpectedAnswer(endpoint, "no ledger_state in the answer");
  }
  return { stateVersion: BigInt(state_version), epoch, round: round ?? 0, timestampMs };
}

function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value);
}
