import type { Outcome } from "@weft/messages";
import type { CdpState, TreasuryBooks } from "@weft/store";
import type { Audit } from "../../src/simulator/ledger/types.ts";
import { attemptFaults } from "../../src/start/attempt-faults.ts";
import { treasuryFaults } from "../../src/start/treasury-faults.ts";

/** How things stand once every message is answered. */
export interface Evidence {
  readonly audit: Audit;
  readonly outcomes: readonly Outcome[];
  readonly treasury: Pick<TreasuryBooks, "holds" | "feesXrd">;
  readonly states: ReadonlyMap<string, CdpState | undefined>;
  /** Messages set aside for a person. */
  readonly parked: number;
}

/**
 * What must not be, whatever happened on the way: an attempt committed twice, two unfinal together, a liquidation that is
 * not on record as the ledger has it and with the same profit, something reserved, a fee counted twice, a message parked.
 */
export function faultsOfBooks({ audit, outcomes, treasury, parked }: Evidence): string[] {
  return [
    ...attemptFaults(audit, outcomes),
    ...treasuryFaults(treasury, outcomes),
    ...(audit.liquidations.length === 0 ? ["nothing was liquidated"] : []),
    ...(parked === 0 ? [] : [`${parked} messages set aside`]),
  ];
}

/** Of one CDP: it was liquidated, its endings count from 0 without a gap, nothing is unfinal, and its lease is free. */
export function faultsOfCdp(cdpId: string, { audit, outcomes, states }: Evidence): string[] {
  const own = outcomes.filter((outcome) => outcome.cdpId === cdpId);
  const state = states.get(cdpId);
  if (state === undefined) return [`${cdpId} is not in the table`];
  const { unfinal, nextAttempt, lastFinal, quarantine } = state.record;
  const left = audit.overLine.find((one) => one.cdpId === cdpId && !one.badDebt);
  const faults: Readonly<Record<string, boolean>> = {
    "was not liquidated": !own.some(({ ending }) => ending === "liquidated"),
    "is still over the line": left !== undefined,
    "has a gap in its endings": own.some(({ attempt }, index) => attempt !== index),
    "has another number of endings than the table says": own.length !== nextAttempt,
    "ended otherwise than the table says": own.at(-1)?.ending !== lastFinal?.ending,
    "has an attempt without an end": unfinal !== null,
    "is still leased": state.leaseUntilMs !== 0,
    "is in quarantine": quarantine !== null,
  };
  return Object.keys(faults).filter((fault) => faults[fault] === true);
}
