import type { Commit } from "@weft/ledger";
import { type Ending, type Outcome, outcomeKey } from "@weft/messages";
import {
  addDecimal,
  DECIMAL_ZERO,
  type Decimal,
  formatDecimal,
  mulDecimal,
  parseDecimal,
  subDecimal,
} from "@weft/protocol";
import type { Quarantine } from "@weft/store";
import type { AttemptContext } from "./attempt-context.ts";
import type { OwnFailure } from "./quarantine-position.ts";
import { nftPriceKey } from "./unit-prices.ts";

export interface SettleAttemptDeps {
  /** @throws once the attempt is another worker's */
  readonly confirmLease: (signal: AbortSignal) => Promise<void>;
  readonly putOutcome: (key: string, outcome: Outcome, signal: AbortSignal) => Promise<void>;
  /** Frees what was reserved for the attempt, and counts its fee; may be told again. */
  readonly settleHold: (
    end: { readonly attempt: number; readonly commit: Commit | null },
    signal: AbortSignal,
  ) => Promise<void>;
  readonly recordFinal: (
    final: {
      readonly intentHash: string | null;
      readonly attempt: number;
      readonly ending: Ending;
      readonly observedStateVersion: bigint;
      readonly endedAtMs: number;
      readonly quarantine: Quarantine | null | undefined;
    },
    signal: AbortSignal,
  ) => Promise<void>;
  /** What becomes of the CDP's quarantine: a new one, none (null), or as it was (undefined). */
  readonly quarantineAfter: (
    settlement: Settlement,
    signal: AbortSignal,
  ) => Promise<Quarantine | null | undefined>;
  readonly wallMs: () => number;
  readonly observe: (outcome: Outcome) => void;
}

export interface Settlement {
  readonly cdpId: string;
  readonly runId: string;
  readonly attempt: number;
  readonly ending: Ending;
  readonly detail: string;
  /** What was wrong with the CDP itself, if that was it. */
  readonly ownFailure: OwnFailure | null;
  /** What the ending was decided on: a candidate seen no later than this says nothing new. */
  readonly observedStateVersion: bigint;
  readonly context: Omit<
    AttemptContext,
    "liquidationLtvBefore" | "pricesXrd" | "funding" | "account"
  > & {
    readonly liquidationLtvBefore: string | null;
    /** Null unless something was signed. */
    readonly funding?: AttemptContext["funding"] | null;
    readonly pricesXrd: Readonly<Record<string, string>>;
  };
  readonly transaction: {
    readonly intentHash: string;
    readonly endEpochExclusive: number;
    readonly submittedAtMs: number | null;
    /** When this program learned that the transaction is final. */
    readonly finalAtMs: number;
    readonly commit: Commit | null;
  } | null;
}

/**
 * Ends an attempt: the outcome to S3 first, then what was reserved is settled, then `final` is written to the table. The
 * message is deleted last, by the caller. Settled before final, so that whoever dies in between leaves an attempt that is
 * finished again, and not a reservation that nobody remembers.
 * Each step may be repeated: the key depends on the attempt only, and a final attempt is not made final twice.
 * S3 knows no fence, so the lease is confirmed right before: a worker that stood still for long must not write over the
 * outcome of the one that took over.
 */
export async function settleAttempt(
  settlement: Settlement,
  deps: SettleAttemptDeps,
  signal: AbortSignal,
): Promise<void> {
  const { confirmLease, putOutcome, settleHold, recordFinal, quarantineAfter, wallMs, observe } =
    deps;
  const endedAtMs = wallMs();
  const outcome = outcomeOf(settlement, endedAtMs);
  const { cdpId, runId, attempt, ending, observedStateVersion } = settlement;
  const quarantine = await quarantineAfter(settlement, signal);
  await confirmLease(signal);
  await putOutcome(outcomeKey(runId, cdpId, attempt), outcome, signal);
  const { transaction } = settlement;
  if (transaction !== null) await settleHold({ attempt, commit: transaction.commit }, signal);
  const intentHash = transaction?.intentHash ?? null;
  await recordFinal(
    { intentHash, attempt, ending, observedStateVersion, endedAtMs, quarantine },
    signal,
  );
  observe(outcome);
}

function outcomeOf(settlement: Settlement, endedAtMs: number): Outcome {
  const { cdpId, runId, attempt, ending, detail, context, transaction } = settlement;
  const commit = transaction?.commit ?? null;
  const paid = commit?.paid.map(toAmount) ?? [];
  const received = commit === null ? [] : receivedOf(commit);
  return {
    version: 1,
    cdpId,
    runId,
    attempt,
    ending,
    detail,
    liquidationLtvBefore: context.liquidationLtvBefore,
    transaction: transaction && {
      intentHash: transaction.intentHash,
      endEpochExclusive: transaction.endEpochExclusive,
      committedStateVersion: commit && String(commit.stateVersion),
      feeXrd: commit && formatDecimal(commit.feeXrd),
    },
    paid,
    seized: received.map(toAmount),
    seizedNfts: commit?.seizedNfts.map((nft) => ({ ...nft })) ?? [],
    funding: context.funding ?? null,
    profitXrd:
      ending === "liquidated" && commit !== null && commit.unreadableEvents.length === 0
        ? profitOf(commit, context.pricesXrd)
        : null,
    times: {
      queuedAt: context.queuedAt,
      receivedAt: context.receivedAt,
      submittedAt: toInstant(transaction?.submittedAtMs),
      committedAt: commit && toInstant(transaction?.finalAtMs),
      endedAt: new Date(endedAtMs).toISOString(),
    },
    traceId: context.traceId,
  };
}

interface Amount {
  readonly resource: string;
  readonly amount: Decimal;
}

/** What came to us of what left the CDP: the protocol keeps its share of the bonus, by the events of the same commit. */
function receivedOf({ seized, bonusFees }: Commit): Amount[] {
  return seized.map(({ resource, amount }) => {
    const kept = bonusFees.find((fee) => fee.resource === resource)?.protocolFee;
    return { resource, amount: kept === undefined ? amount : subDecimal(amount, kept) };
  });
}

/** What changed in the account, XRD: each amount's value cut to 18 digits, and what has no price worth nothing. */
function profitOf(
  { accountChanges, seizedNfts }: Commit,
  pricesXrd: Readonly<Record<string, string>>,
): string | null {
  if (accountChanges === null || accountChanges.size === 0) return null;
  const price = (key: string) => parseDecimal(pricesXrd[key] ?? "0");
  const values = [
    ...Array.from(accountChanges, ([resource, change]) => mulDecimal(change, price(resource))),
    ...seizedNfts.map(({ resource, id }) => price(nftPriceKey(resource, id))),
  ];
  return formatDecimal(values.reduce(addDecimal, DECIMAL_ZERO));
}

const toAmount = ({ resource, amount }: Amount) => ({
  resource,
  amount: formatDecimal(amount),
});

const toInstant = (ms: number | null | undefined) =>
  ms === null || ms === undefined ? null : new Date(ms).toISOString();
