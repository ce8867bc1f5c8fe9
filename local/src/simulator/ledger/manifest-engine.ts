import type { Instruction } from "@radixdlt/radix-engine-toolkit";
import { amountOf, callAccount, UNIT } from "./account-methods.ts";
import { ADDRESSES, addressOf, DEX_ASSETS } from "./addresses.ts";
import { callDex } from "./dex-methods.ts";
import { type Frame, ManifestFailure, takeBucket } from "./manifest-frame.ts";
import { callMarket } from "./market-methods.ts";
import { nftKey } from "./model.ts";
import { Num, ONE, text } from "./numbers.ts";
import { callPool } from "./pool-methods.ts";
import { own } from "./sbor.ts";
import type { SborNode } from "./types.ts";

/** How far a manifest came: all of it, or to an instruction that failed. */
export interface Run {
  readonly output: readonly SborNode[];
  /** Instructions begun. */
  readonly begun: number;
  readonly failure: string | null;
}

/** Runs a manifest on the state of a frame. Effects of a run that failed are the caller's to drop. */
export function runManifest(instructions: readonly Instruction[], frame: Frame): Run {
  const output: SborNode[] = [];
  let buckets = 0;
  const nextBucket = () => {
    buckets += 1;
    return buckets - 1;
  };
  try {
    for (const instruction of instructions) {
      output.push(execute(instruction, frame, nextBucket));
    }
    mustBeClean(frame);
  } catch (error) {
    if (error instanceof ManifestFailure) {
      const begun = Math.min(output.length + 1, instructions.length);
      return { output: [], begun, failure: error.message };
    }
    throw error;
  }
  return { output, begun: instructions.length, failure: null };
}

function execute(instruction: Instruction, frame: Frame, nextBucket: () => number): SborNode {
  const { worktop, buckets } = frame;
  switch (instruction.kind) {
    case "CallMethod":
      return callMethod(instruction, frame);
    case "TakeAllFromWorktop":
      buckets.set(nextBucket(), worktop.takeAll(instruction.resourceAddress));
      return own(addressOf("object", "bucket"));
    case "TakeFromWorktop": {
      const { resourceAddress } = instruction;
      const amount = amountOf(resourceAddress, new Num(instruction.amount.toString()));
      buckets.set(nextBucket(), worktop.take(resourceAddress, amount));
      return own(addressOf("object", "bucket"));
    }
    case "ReturnToWorktop":
      worktop.put(takeBucket(frame, instruction.bucketId));
      return UNIT;
    case "AssertWorktopContains":
      mustContain(frame, instruction.resourceAddress, new Num(instruction.amount.toString()));
      return UNIT;
    case "AssertWorktopContainsAny":
      if (worktop.amountOf(instruction.resourceAddress).isZero()) {
        throw new ManifestFailure(
          `WorktopError(AssertionFailed): no ${instruction.resourceAddress} on the worktop`,
        );
      }
      return UNIT;
    case "AssertWorktopContainsNonFungibles":
      for (const id of instruction.ids) {
        mustContain(frame, nftKey(instruction.resourceAddress, id), ONE);
      }
      return UNIT;
    default:
      throw new ManifestFailure(`the simulated ledger does not execute ${instruction.kind}`);
  }
}

function callMethod(
  { address, methodName, args }: Extract<Instruction, { kind: "CallMethod" }>,
  frame: Frame,
): SborNode {
  const callee = address.kind === "Static" ? address.value : "";
  if (callee === ADDRESSES.lendingMarket) {
    return callMarket(frame, methodName, args) ?? methodNotFound(callee, methodName);
  }
  if (callee === ADDRESSES.lendingPool) {
    return callPool(frame, methodName, args) ?? methodNotFound(callee, methodName);
  }
  if (DEX_ASSETS.has(callee)) {
    const call = { component: callee, method: methodName, args };
    return callDex(frame, call) ?? methodNotFound(callee, methodName);
  }
  if (callee.startsWith("account_")) {
    return callAccount(frame, callee, methodName, args) ?? methodNotFound(callee, methodName);
  }
  return methodNotFound(callee, methodName);
}

function methodNotFound(callee: string, method: string): never {
  throw new ManifestFailure(`method not found: ${method} of ${callee}`);
}

function mustContain(frame: Frame, resource: string, least: Num): void {
  const amount = frame.worktop.amountOf(resource);
  if (amount.lt(least)) {
    throw new ManifestFailure(
      `WorktopError(AssertionFailed): ${text(amount)} of ${resource} on the worktop, ${text(least)} expected`,
    );
  }
}

/** Nothing may be left over when a manifest ends. */
function mustBeClean(frame: Frame): void {
  if (frame.flashLoan !== null) {
    throw new ManifestFailure("LendingPool: the flash loan was not paid back");
  }
  const [left] = frame.worktop.takeEverything();
  if (left !== undefined) {
    throw new ManifestFailure(
      `DropNonEmptyBucket: ${text(left.amount)} of ${left.resource} left on the worktop`,
    );
  }
  if (frame.buckets.size > 0) {
    throw new ManifestFailure(`${frame.buckets.size} bucket(s) left dangling`);
  }
}
