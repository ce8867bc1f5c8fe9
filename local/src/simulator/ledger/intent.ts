import { type Instruction, ValueKind } from "@radixdlt/radix-engine-toolkit";
import { ADDRESSES } from "./addresses.ts";
import type { Execution } from "./execution.ts";
import type { Bucket } from "./manifest-frame.ts";
import { Num, text, times, ZERO } from "./numbers.ts";
import type { Payload } from "./toolkit.ts";
import {
  type CommittedLiquidation,
  type IntentRead,
  InvalidTransactionError,
  type LedgerPoint,
} from "./types.ts";

/** A submitted transaction and how far it came. Kept for ever, so it holds nothing that was needed for executing it only. */
export interface Intent {
  readonly payload: Pick<Payload, "hex" | "intentHash" | "payloadHash">;
  readonly endEpochExclusive: number;
  /** CDPs its manifest would liquidate. */
  readonly cdpIds: readonly string[];
  readonly takenUpAtMs: number;
  readonly delayMs: number;
  /** Wall time of its next, or only, try. */
  dueAtMs: number;
  rejection: string | null;
  commit: {
    readonly point: LedgerPoint;
    readonly receipt: Execution["receipt"];
    readonly feePaidXrd: string;
    readonly readAtMs: number;
  } | null;
}

/** What the Gateway says of an intent it has never seen. */
export const UNKNOWN: IntentRead = {
  status: "Unknown",
  committedStateVersion: null,
  endEpochExclusive: null,
  payloadHash: null,
  errorMessage: null,
};

/** What the Gateway says of one it was given. */
export function readIntent(
  intent: Intent,
  { nowMs, read, expired }: { nowMs: number; read: boolean; expired: boolean },
): IntentRead {
  const known = {
    committedStateVersion: null,
    endEpochExclusive: intent.endEpochExclusive,
    payloadHash: intent.payload.payloadHash,
    errorMessage: null,
  };
  if (intent.commit !== null) {
    if (!read) {
      return { ...known, status: "CommitPendingOutcomeUnknown" };
    }
    const { receipt } = intent.commit;
    return {
      ...known,
      status: receipt.status === "Succeeded" ? "CommittedSuccess" : "CommittedFailure",
      committedStateVersion: intent.commit.point.stateVersion,
      errorMessage: receipt.errorMessage,
    };
  }
  if (expired) {
    const errorMessage = intent.rejection ?? "its end epoch came before it was committed";
    return { ...known, status: "PermanentlyRejected", errorMessage };
  }
  if (intent.rejection !== null) {
    return { ...known, status: "LikelyButNotCertainRejection", errorMessage: intent.rejection };
  }
  return nowMs < intent.takenUpAtMs
    ? { ...UNKNOWN, endEpochExclusive: known.endEpochExclusive }
    : { ...known, status: "Pending" };
}

/** @throws {InvalidTransactionError} when no mempool would take it at this epoch */
export function refuseEpochs({ header }: Payload, epoch: number): void {
  if (header.startEpochInclusive > epoch + 1) {
    throw new InvalidTransactionError(
      `it starts at epoch ${header.startEpochInclusive}, and the ledger is at ${epoch}`,
    );
  }
  if (header.endEpochExclusive <= epoch) {
    throw new InvalidTransactionError(
      `it ended at epoch ${header.endEpochExclusive}, and the ledger is at ${epoch}`,
    );
  }
}

const LIQUIDATING: ReadonlySet<string> = new Set(["liquidate", "liquidate_nft"]);

/** CDPs that a manifest liquidates. */
export function liquidatedIds(instructions: readonly Instruction[]): string[] {
  return instructions.flatMap((instruction) => {
    if (
      instruction.kind !== "CallMethod" ||
      !LIQUIDATING.has(instruction.methodName) ||
      instruction.address.value !== ADDRESSES.lendingMarket ||
      instruction.args.kind !== ValueKind.Tuple
    ) {
      return [];
    }
    const [id] = instruction.args.fields;
    return id?.kind === ValueKind.NonFungibleLocalId ? [id.value] : [];
  });
}

/** Liquidations as the audit lists them. What a transaction earned counts for its first. */
export function committedLiquidations(
  intentHash: string,
  { stateVersion }: LedgerPoint,
  execution: Execution,
): CommittedLiquidation[] {
  const { liquidations, flashLent, swaps } = execution;
  return liquidations.map((done, index) => ({
    cdpId: done.cdpId,
    intentHash,
    stateVersion,
    liquidationLtvBefore: text(done.ltvBefore),
    liquidationLtvAfter: text(done.ltvAfter),
    paid: done.paid.map(shown),
    seized: done.seized.map(shown),
    seizedNft: done.seizedNft,
    flashLent,
    swaps,
    profitXrd: text(index === 0 ? earned(execution) : ZERO),
  }));
}

function shown({ resource, amount }: Bucket) {
  return { resource, amount: text(amount) };
}

/** What changed in the account that paid the fee, at the prices by which the CDPs were valued. */
function earned({ receipt, liquidations, payer }: Execution): Num {
  const prices = new Map(liquidations.flatMap(({ unitPrices }) => [...unitPrices]));
  return receipt.balanceChanges
    .filter(({ entity }) => entity === payer)
    .reduce(
      (sum, { resource, change }) => sum.plus(times(new Num(change), prices.get(resource) ?? ZERO)),
      ZERO,
    );
}
