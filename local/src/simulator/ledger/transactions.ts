import type { Chain } from "./chain.ts";
import { executeTransaction } from "./execution.ts";
import {
  committedLiquidations,
  type Intent,
  liquidatedIds,
  readIntent,
  refuseEpochs,
  UNKNOWN,
} from "./intent.ts";
import { text, ZERO } from "./numbers.ts";
import type { Payload } from "./toolkit.ts";
import {
  type Audit,
  type CommittedFailure,
  type CommittedLiquidation,
  type CommittedTransaction,
  type IntentRead,
  InvalidTransactionError,
  type LedgerBehaviour,
  type LedgerRules,
} from "./types.ts";

/*
 * An intent is submitted; taken up by a mempool after a tenth of the delay; committed at nine tenths; and its
 * outcome is read by the Gateway when the delay is over. It waits while the ledger is frozen, is tried again a
 * second later while its fee is not covered, and is rejected for good once its end epoch has come.
 */
const TAKEN_UP_AFTER = 0.1;
const COMMITTED_AFTER = 0.9;
const READ_AFTER_COMMIT = 0.1;
const TRY_AGAIN_MS = 1_000;

type Waiting = readonly [intent: Intent, payload: Payload];

/** What was committed, for the audit. */
export interface Records {
  readonly liquidations: readonly CommittedLiquidation[];
  readonly unfinalTogether: Audit["unfinalTogether"];
  readonly commits: Audit["commits"];
  readonly failures: Audit["failures"];
  readonly feesXrd: string;
}

export interface Mempool {
  submit(payload: Payload): { readonly duplicate: boolean };
  intent(intentHash: string): IntentRead;
  committed(intentHash: string): CommittedTransaction | undefined;
  /** Wall time at which the next intent is due, if it is due by now. */
  nextDueMs(): number | undefined;
  /** Executes every intent due at or before a wall time, on the ledger as it stands. */
  commitDue(wallMs: number): void;
  records(): Records;
}

export function createMempool(options: {
  chain: Chain;
  behaviour: LedgerBehaviour;
  wallNowMs: () => number;
}): Mempool {
  const { chain, behaviour, wallNowMs } = options;
  const intents = new Map<string, Intent>();
  const byCdp = new Map<string, Intent[]>();
  /** With what there is to execute. */
  const waiting = new Map<Intent, Payload>();
  const liquidations: CommittedLiquidation[] = [];
  const unfinalTogether: Audit["unfinalTogether"][number][] = [];
  const failures: CommittedFailure[] = [];
  const commits = { success: 0, failure: 0 };
  let fees = ZERO;

  const epoch = () => chain.timeline.head().epoch;
  const isExpired = ({ endEpochExclusive, commit }: Intent) =>
    commit === null && epoch() >= endEpochExclusive;
  const isRead = ({ commit }: Intent) => commit !== null && commit.readAtMs <= wallNowMs();
  const isFinal = (intent: Intent) => isRead(intent) || isExpired(intent);

  const watchTogether = (intent: Intent) => {
    for (const cdpId of intent.cdpIds) {
      const others = (byCdp.get(cdpId) ?? []).filter((other) => !isFinal(other));
      byCdp.set(cdpId, [...others, intent]);
      if (others.length > 0) {
        const hashes = [...others, intent].map(({ payload }) => payload.intentHash);
        unfinalTogether.push({ cdpId, intentHashes: hashes });
      }
    }
  };
  const tryCommit = ([intent, payload]: Waiting, wallMs: number) => {
    const { header, instructions, owners, intentHash } = payload;
    if (epoch() >= header.endEpochExclusive) {
      waiting.delete(intent);
      return;
    }
    if (epoch() < header.startEpochInclusive) {
      intent.dueAtMs = wallMs + TRY_AGAIN_MS;
      return;
    }
    const execution = executeTransaction({
      instructions,
      owners,
      base: chain.tables,
      nowSeconds: Math.floor(chain.timeline.head().timestampMs / 1_000),
      rules: rulesOnLedger(behaviour),
      tipPercentage: header.tipPercentage,
      useFreeCredit: false,
    });
    if (execution.state === null) {
      intent.rejection = execution.receipt.errorMessage;
      intent.dueAtMs = wallMs + TRY_AGAIN_MS;
      return;
    }
    const point = chain.commit(execution.state);
    waiting.delete(intent);
    const { receipt, feeXrd } = execution;
    const readAtMs = wallMs + intent.delayMs * READ_AFTER_COMMIT;
    intent.commit = { point, receipt, feePaidXrd: text(feeXrd), readAtMs };
    const failed = receipt.status !== "Succeeded";
    commits[failed ? "failure" : "success"] += 1;
    if (failed) failures.push({ cdpIds: intent.cdpIds, intentHash, feeXrd: text(feeXrd) });
    fees = fees.plus(feeXrd);
    liquidations.push(...committedLiquidations(intentHash, point, execution));
  };
  const nextDue = (wallMs: number): Waiting | undefined => {
    let next: Waiting | undefined;
    for (const entry of waiting) {
      const [{ dueAtMs }] = entry;
      if (dueAtMs <= wallMs && (next === undefined || dueAtMs < next[0].dueAtMs)) next = entry;
    }
    return next;
  };

  return {
    submit(payload) {
      const known = intents.get(payload.intentHash);
      if (known !== undefined && isRead(known)) {
        throw new InvalidTransactionError(`${payload.intentHash} is already committed`);
      }
      if (known !== undefined && !isExpired(known)) {
        // An intent is committed once, whichever payload carries it: the one that waits stands for every other.
        return { duplicate: known.payload.hex === payload.hex };
      }
      refuseEpochs(payload, epoch());
      const submittedAtMs = wallNowMs();
      const delayMs = behaviour.commitDelayMs;
      const { hex, intentHash, payloadHash, header } = payload;
      const intent: Intent = {
        payload: { hex, intentHash, payloadHash },
        endEpochExclusive: header.endEpochExclusive,
        cdpIds: liquidatedIds(payload.instructions),
        takenUpAtMs: submittedAtMs + delayMs * TAKEN_UP_AFTER,
        delayMs,
        dueAtMs: submittedAtMs + delayMs * COMMITTED_AFTER,
        rejection: null,
        commit: null,
      };
      watchTogether(intent);
      intents.set(intentHash, intent);
      waiting.set(intent, payload);
      return { duplicate: false };
    },
    intent(intentHash) {
      const intent = intents.get(intentHash);
      return intent === undefined
        ? UNKNOWN
        : readIntent(intent, {
            nowMs: wallNowMs(),
            read: isRead(intent),
            expired: isExpired(intent),
          });
    },
    committed(intentHash) {
      const intent = intents.get(intentHash);
      if (intent?.commit == null || !isRead(intent)) {
        return undefined;
      }
      const { point, receipt, feePaidXrd } = intent.commit;
      const { payloadHash, hex: payloadHex } = intent.payload;
      return { intentHash, payloadHash, payloadHex, point, receipt, feePaidXrd };
    },
    nextDueMs: () => nextDue(wallNowMs())?.[0].dueAtMs,
    commitDue(wallMs) {
      for (let due = nextDue(wallMs); due !== undefined; due = nextDue(wallMs)) {
        tryCommit(due, wallMs);
      }
    },
    records: () => ({
      liquidations,
      unfinalTogether,
      commits: { ...commits },
      failures,
      feesXrd: text(fees),
    }),
  };
}

/** What a commit goes by: a preview does not see what fails on ledger only. */
function rulesOnLedger(behaviour: LedgerBehaviour): LedgerRules {
  const { refusedCdpIds, failingCdpIds } = behaviour;
  return { ...behaviour, refusedCdpIds: [...refusedCdpIds, ...failingCdpIds] };
}
