import type { LedgerHealth } from "@weft/ledger";
import { type Decimal, isBadDebt, isLiquidatable } from "@weft/protocol";
import { inParallel } from "@weft/runtime";
import type { CdpFinding, CdpVerdict, Suspect } from "./cdp-finding.ts";
import type { ValueCdps } from "./share-previews.ts";

export interface ConfirmCdpsDeps {
  /** The ledger's own word on each of some CDPs, `groupSize` at most, at its tip. */
  readonly valueCdps: ValueCdps;
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

async function confirmGroup(
  group: readonly Suspect[],
  deps: ConfirmCdpsDeps,
  signal: AbortSignal,
): Promise<CdpFinding[]> {
  const ids = group.map(({ id }) => id);
  const valuations = await deps.valueCdps(ids, signal);
  return group.map((suspect) => {
    const valuation = valuations.get(suspect.id) ?? { unreadable: "the ledger was not asked" };
    return "unreadable" in valuation
      ? unconfirmed(suspect, valuation.unreadable)
      : judged(suspect, valuation, deps);
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
