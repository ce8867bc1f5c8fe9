import {
  assertFresh,
  buildTransaction,
  GatewayError,
  liquidationManifest,
  NETWORK_IDS,
  PreviewFailedError,
  planSettingsOf,
  previewHealth,
  previewTransaction,
  priceLimitsOf,
  readBalances,
  readCdps,
  readCommit,
  readHead,
  readIntentStatus,
  submitTransaction,
} from "@weft/ledger";
import { parseDecimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import type { Adapters } from "./adapters.ts";
import { type AwaitFinalityDeps, awaitFinality } from "./await-finality.ts";
import type { Config } from "./config.ts";
import type { FinishAttemptDeps } from "./finish-attempt.ts";
import { createPriceCheck } from "./guard-prices.ts";
import { type JudgePositionDeps, judgePosition } from "./judge-position.ts";
import { type PrepareTransactionDeps, prepareTransaction } from "./prepare-transaction.ts";
import type { SignAndSubmitDeps } from "./sign-and-submit.ts";
import { inSteps, JOB_STEPS } from "./steps.ts";
import type { WorkPositionDeps } from "./work-position.ts";

/** Everything the liquidator asks of the ledger, bound to its Gateway, market and account. */
export interface LedgerJobs {
  readonly judge: WorkPositionDeps["judge"];
  readonly prepare: WorkPositionDeps["prepare"];
  readonly build: SignAndSubmitDeps["build"];
  readonly submit: SignAndSubmitDeps["submit"];
  /** How the end of a CDP's transaction is told. */
  readonly finality: (
    cdpId: string,
    waiting: Pick<AwaitFinalityDeps, "pace" | "patienceMs">,
  ) => Omit<FinishAttemptDeps, "settle">;
}

export function wireLedger(config: Config, adapters: Adapters): LedgerJobs {
  const judgeDeps = judgePositionDeps(config, adapters);
  const prepareDeps = prepareTransactionDeps(config, adapters);
  const { gateway } = adapters;

  const submit: LedgerJobs["submit"] = async (payloadHex, signal) => {
    // An attempt from before the dry run is watched to its end, and not helped along.
    if (config.DRY_RUN) return;
    try {
      await submitTransaction(gateway, payloadHex, signal);
    } catch (error) {
      // It is written down already: whether it is on its way, its status tells better than this answer.
      if (!(error instanceof GatewayError)) throw error;
      adapters.log.warn({ err: error }, "submission got no clear answer");
    }
  };

  return {
    judge: (request, signal) => judgePosition(request, judgeDeps, signal),
    prepare: async (request, signal) => {
      const { cdpId, treasury } = request;
      const funds = adapters.treasurer?.fundsFor(cdpId, treasury) ?? treasury;
      return prepareTransaction({ ...request, treasury: funds }, prepareDeps, signal);
    },
    build: async (request) => {
      const { executor } = adapters;
      if (executor === null || config.DRY_RUN) {
        throw new AppError("no_signer", "a dry run signs nothing", { disposition: "park" });
      }
      const networkId = NETWORK_IDS[config.NETWORK];
      return buildTransaction({ ...request, networkId, signer: executor.signer });
    },
    submit,
    finality: wireFinality(config, adapters, submit),
  };
}

function wireFinality(
  config: Config,
  { gateway, time, stopping, runStep }: Adapters,
  submit: LedgerJobs["submit"],
): LedgerJobs["finality"] {
  return (cdpId, waiting) => ({
    awaitFinality: ({ payloadHex, ...request }, signal) => {
      const deps: AwaitFinalityDeps = {
        readStatus: (intentHash, s) => readIntentStatus(gateway, intentHash, s),
        resubmit: (s) => submit(payloadHex, s),
        pollMs: config.FINALITY_POLL_MS,
        ...waiting,
        ...time,
      };
      const steps = inSteps(deps, JOB_STEPS.FINALITY, { runStep, cdpId });
      return awaitFinality(request, steps, AbortSignal.any([signal, stopping]));
    },
    readCommit: ({ intentHash, account }, signal) =>
      readCommit(gateway, intentHash, { market: config.LENDING_MARKET, account }, signal),
    wallMs: Date.now,
    readHeadVersion: async (signal) => (await readHead(gateway, signal)).stateVersion,
  });
}

function judgePositionDeps(config: Config, adapters: Adapters): JudgePositionDeps {
  const { gateway, clock, metrics, executor, market, treasurer } = adapters;
  return {
    readTreasury: async (knownVersion, signal) => {
      if (treasurer !== null) return treasurer.read(knownVersion, signal);
      if (executor !== null) return readBalances(gateway, executor.account, signal);
      return { head: await readHead(gateway, signal), amounts: null };
    },
    assertFresh: async (head, signal) => {
      const nowMs = await clock.nowMs(signal);
      metrics.headAge.set((nowMs - head.timestampMs) / 1_000);
      assertFresh(head, { nowMs, maxAgeSeconds: config.MAX_HEAD_AGE_SECONDS });
    },
    readHealth: async (cdpId, signal) => {
      try {
        const ids = [cdpId];
        const healths = await previewHealth(gateway, {
          lendingMarket: market.lendingMarket,
          ids,
          signal,
        });
        return healths.get(cdpId) ?? { unreadable: "get_cdp answered without it" };
      } catch (error) {
        if (error instanceof PreviewFailedError) return { unreadable: error.errorMessage };
        throw error;
      }
    },
    readPresence: async (cdpId, { stateVersion }, signal) => {
      const { cdpResource } = market;
      const reads = await readCdps(gateway, { cdpResource, ids: [cdpId], stateVersion }, signal);
      return reads.get(cdpId)?.kind ?? "unknown";
    },
    findSuspectPrice: createPriceCheck({
      readStates: (resources, signal) => adapters.priceGuard.read(resources, signal),
      readReferences: adapters.readReferences,
      onReferenceFailure: (err) => {
        metrics.referenceFailures.inc();
        adapters.log.warn({ err }, "no reference prices");
      },
      limits: priceLimitsOf(config),
      xrd: market.xrd,
      nowMs: () => performance.now(),
    }),
    badDebtCollateralXrd: parseDecimal(config.BAD_DEBT_COLLATERAL_XRD),
  };
}

function prepareTransactionDeps(config: Config, adapters: Adapters): PrepareTransactionDeps {
  const { gateway, market, executor } = adapters;
  const account = executor?.account ?? null;
  return {
    ...planSettingsOf(config, market),
    epochWindow: config.EPOCH_WINDOW,
    account,
    dryRun: config.DRY_RUN,
    composeManifest: (plan, cdpId) =>
      liquidationManifest(plan, {
        ...market,
        account: account ?? "",
        cdpId,
        feeLockXrd: parseDecimal(config.FEE_LOCK_XRD),
      }),
    preview: (manifest, epochs, signal) =>
      previewTransaction(
        gateway,
        { manifest, signerPublicKeyHex: executor?.signer.publicKeyHex ?? "", ...epochs },
        signal,
      ),
  };
}
