import type { Instruction } from "@radixdlt/radix-engine-toolkit";
import { changeBalance } from "./account-methods.ts";
import { ADDRESSES } from "./addresses.ts";
import { balanceChanges } from "./balance-changes.ts";
import { type Overlays, overlay, type StateReader } from "./history.ts";
import { runManifest } from "./manifest-engine.ts";
import { createWorktop, type FeeLock, type Frame, type Liquidation } from "./manifest-frame.ts";
import { min, Num, text, toDecimal, ZERO } from "./numbers.ts";
import type { FeeSummary, Receipt } from "./types.ts";

export interface Execution {
  readonly receipt: Receipt;
  readonly feeXrd: Num;
  /** What to write on the ledger; null when rejected, and nothing but the fee when failed. */
  readonly state: Overlays | null;
  readonly liquidations: readonly Liquidation[];
  readonly flashLent: boolean;
  readonly swaps: number;
  /** Who paid the fee; null when nobody did. */
  readonly payer: string | null;
}

/**
 * Executes a manifest on top of a state that it leaves untouched. Rejected when nobody locked enough for the
 * fee; failed when it ran into an error after that: then only the fee remains of it.
 */
export function executeTransaction(options: {
  instructions: readonly Instruction[];
  base: StateReader;
  nowSeconds: number;
  owners: Frame["owners"];
  rules: Frame["rules"];
  tipPercentage: number;
  useFreeCredit: boolean;
}): Execution {
  const frame: Frame = {
    state: overlay(options.base),
    nowSeconds: options.nowSeconds,
    owners: options.owners,
    rules: options.rules,
    worktop: createWorktop(),
    buckets: new Map(),
    events: [],
    locks: [],
    liquidations: [],
    flashLoan: null,
    flashLent: false,
    swaps: 0,
  };
  const run = runManifest(options.instructions, frame);
  const fees = feesOf(run.begun, frame.events.length, options.tipPercentage);
  const feeXrd = totalFee(fees);
  const failed = run.failure !== null;
  const usable = frame.locks.filter(({ contingent }) => !(failed && contingent));
  const nobody = { output: [], events: [], balanceChanges: [], fees };
  if (!options.useFreeCredit && lockedOf(usable).lt(feeXrd)) {
    const errorMessage = `${run.failure ?? "the transaction"}: fee not covered, ${text(feeXrd)} XRD needed, ${text(lockedOf(usable))} locked`;
    const receipt: Receipt = { status: "Rejected", ...nobody, errorMessage };
    return { receipt, feeXrd: ZERO, state: null, ...NOTHING_DONE };
  }
  const state = failed ? overlay(options.base) : frame.state;
  payFees(state, { locks: usable, feeXrd, alreadyTaken: !failed, free: options.useFreeCredit });
  const changes = balanceChanges(options.base, state);
  if (failed) {
    const receipt: Receipt = {
      status: "Failed",
      ...nobody,
      balanceChanges: changes,
      errorMessage: run.failure,
    };
    return { receipt, feeXrd, state, ...NOTHING_DONE };
  }
  const receipt: Receipt = {
    status: "Succeeded",
    output: run.output,
    events: frame.events,
    fees,
    errorMessage: null,
    balanceChanges: changes,
  };
  const { liquidations, flashLent, swaps } = frame;
  const payer = usable[0]?.account ?? null;
  return { receipt, feeXrd, state, liquidations, flashLent, swaps, payer };
}

const NOTHING_DONE = { liquidations: [], flashLent: false, swaps: 0, payer: null };

/** The fee of a transaction: so much for its bytes and signatures, and more for each instruction and event. */
export function feesOf(instructions: number, events: number, tipPercentage: number): FeeSummary {
  const execution = new Num("0.19").plus(new Num("0.024").times(instructions));
  const finalization = new Num("0.03").plus(new Num("0.005").times(events));
  return {
    executionXrd: text(execution),
    finalizationXrd: text(finalization),
    storageXrd: text(new Num("0.04").plus(new Num("0.0095").times(events))),
    royaltyXrd: "0",
    tippingXrd: text(toDecimal(execution.plus(finalization).times(tipPercentage).div(100))),
  };
}

function totalFee(fees: FeeSummary): Num {
  return Object.values(fees).reduce<Num>((sum, part) => sum.plus(part as string), ZERO);
}

function lockedOf(locks: readonly FeeLock[]): Num {
  return locks.reduce((sum, { amount }) => sum.plus(amount), ZERO);
}

/** Charges the locks in order; what a lock took and the fee did not need goes back. */
function payFees(
  state: Overlays,
  options: {
    locks: readonly FeeLock[];
    feeXrd: Num;
    alreadyTaken: boolean;
    free: boolean;
  },
): void {
  let left = options.free ? ZERO : options.feeXrd;
  for (const { account, amount } of options.locks) {
    const charged = min(left, amount);
    left = left.minus(charged);
    const change = (options.alreadyTaken ? amount : ZERO).minus(charged);
    changeBalance(state, account, { resource: ADDRESSES.xrd, amount: change });
  }
}
