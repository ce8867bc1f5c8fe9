import { type LedgerHealth, PreviewFailedError, SborError } from "@weft/ledger";
import { type Decimal, isBadDebt, isLiquidatable } from "@weft/protocol";
import { inParallel } from "@weft/runtime";
import type { CdpFinding, CdpVerdict, Suspect } from "./cdp-finding.ts";

export interface ConfirmCdpsDeps {
  /**
   * The ledger's own health of some CDPs at its tip, in one request.
   *
   * @throws {PreviewFailedError} or {SborError} when one of them spoils the answer for all
   */
  readonly preview: (
    ids: readonly string[],
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, LedgerHealth>>;
  /** Hears of the findings of a group as soon as there are any. */
  readonly onGroup: (findings: readonly CdpFinding[], signal: AbortSignal) => Promise<void>;
  /** Why the ledger's word cannot be believed: a price that it used is suspect. Undefined when it can. */
  readonly findDoubt: (health: LedgerHealth) => string | undefined;
  readonly groupSize: number;
  readonly badDebtCollateralXrd: Decimal;
}

/**
 * Asks the ledger about suspects, all groups at once (the Gateway client's lane bounds them), the most owed first.
 * Groups are told in that order too, however fast each was answered: what is told first is liquidated first.
 */
export async function confirmCdps(
  suspects: readonly Suspect[],
  deps: ConfirmCdpsDeps,
  signal: AbortSignal,
): Promise<CdpFinding[]> {
  let last = Promise.resolve();
  const tasks = groupByOwed(suspects, deps.groupSize).map((group) => {
    const before = last;
    const { promise: told, resolve, reject } = Promise.withResolvers<void>();
    last = told;
    // The group behind it sees the failure, if there is one.
    told.catch(() => undefined);
    return async (groupSignal: AbortSignal) => {
      try {
        const findings = await confirmGroup(group, deps, groupSignal);
        await before;
        await deps.onGroup(findings, groupSignal);
        resolve();
        return findings;
      } catch (error) {
        reject(error);
        throw error;
      }
    };
  });
  return (await inParallel(tasks, signal)).flat();
}

function groupByOwed(suspects: readonly Suspect[], groupSize: number): Suspect[][] {
  const sorted = suspects.toSorted((a, b) => compare(owed(b), owed(a)));
  return Array.from({ length: Math.ceil(sorted.length / groupSize) }, (_, index) =>
    sorted.slice(index * groupSize, (index + 1) * groupSize),
  );
}

/** What cannot be valued comes last: it is what most often spoils a preview. */
const owed = ({ health }: Suspect) => (health.kind === "valued" ? health.loanValue : -1n);

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * One CDP that the ledger cannot value fails the preview of all: halves find it, and it alone stays unconfirmed.
 * Any other failure is not a CDP's, and asking twice as often would not heal it.
 */
async function confirmGroup(
  group: readonly Suspect[],
  deps: ConfirmCdpsDeps,
  signal: AbortSignal,
): Promise<CdpFinding[]> {
  const ids = group.map(({ id }) => id);
  let healths: ReadonlyMap<string, LedgerHealth>;
  try {
    healths = await deps.preview(ids, signal);
  } catch (error) {
    if (!(error instanceof PreviewFailedError || error instanceof SborError)) throw error;
    if (group.length === 1) return group.map((suspect) => unconfirmed(suspect, error.message));
    const middle = Math.ceil(group.length / 2);
    const halves = [group.slice(0, middle), group.slice(middle)];
    const found = await inParallel(
      halves.map((half) => (s: AbortSignal) => confirmGroup(half, deps, s)),
      signal,
    );
    return found.flat();
  }
  return group.map((suspect) => {
    const health = healths.get(suspect.id);
    return health === undefined
      ? unconfirmed(suspect, "the ledger did not tell of it")
      : judged(suspect, health, deps);
  });
}

/** The finding of a CDP that the ledger did not judge. */
export function unconfirmed({ id, cdp, health }: Suspect, detail: string): CdpFinding {
  return { kind: "unconfirmed", id, detail, cdp, health };
}

function judged(
  { id, cdp, health }: Suspect,
  confirmed: LedgerHealth,
  { findDoubt, badDebtCollateralXrd }: ConfirmCdpsDeps,
): CdpFinding {
  const verdict = verdictOf(confirmed, badDebtCollateralXrd);
  const doubt = verdict === "no_debt" ? undefined : findDoubt(confirmed);
  if (doubt !== undefined) return { kind: "unverified", id, detail: doubt, cdp, health };
  return { kind: "scanned", id, verdict, cdp, health, confirmed };
}

function verdictOf(health: LedgerHealth, badDebtCollateralXrd: Decimal): CdpVerdict {
  if (health.loanValue <= 0n) return "no_debt";
  if (isBadDebt(health, badDebtCollateralXrd)) return "bad_debt";
  return isLiquidatable(health.liquidationLtv) ? "liquidatable" : "healthy";
}
