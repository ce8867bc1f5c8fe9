import { planVariablesOf, priceGuardVariablesOf, WORKER_NODE_OPTIONS } from "@weft/environments";
import type { Construct } from "constructs";
import { headroom } from "../constructs/headroom.ts";
import { signingKey } from "../constructs/signing-key.ts";
import { Worker } from "../constructs/worker.ts";
import type { Context } from "../context.ts";
import { commonVariables, gatewayShare, type Variables } from "../variables.ts";

/**
 * Liquidates. What the design burst needs is always running, on on-demand nodes; scaling out is for more than that, at
 * once, and scaling in slow, so that a second wave finds the pods still there.
 */
export function liquidator(scope: Construct, context: Context): void {
  const { env, names } = context;
  const { minReplicas, maxReplicas, surge, executorsPerPod, ...settings } = env.liquidator;
  const budget = {
    inFlight: env.gateway.liquidationInFlight,
    requestsPerSecond: env.gateway.liquidationRequestsPerSecond,
  };
  const pods = maxReplicas + surge;
  const key = settings.signer === "file" ? signingKey(scope, context) : undefined;
  new Worker(scope, "liquidator", {
    context,
    name: "liquidator",
    component: "liquidation",
    priority: "weft-liquidation",
    placement: "on-demand",
    // One node lost must not be all of them; a cluster on one machine has one.
    ...(env.aws === undefined ? {} : { minNodes: 2 }),
    surge,
    resources: settings.resources,
    terminationGraceSeconds: settings.terminationGraceSeconds,
    variables: {
      ...commonVariables(context),
      ...gatewayShare(budget, pods),
      GATEWAY_FINALITY_IN_FLIGHT: String(Math.floor(env.gateway.finalityInFlight / pods)),
      ...priceGuardVariablesOf(env),
      ...liquidationVariables(context),
      ...(key === undefined ? {} : { SIGNING_KEY_FILE: key.path }),
      ...(settings.signer === "kms" ? keyInKms(context) : {}),
    },
    ...(key === undefined ? {} : { files: key.files }),
    scaling: {
      queue: names.queues.liquidation,
      messagesPerReplica: executorsPerPod,
      minReplicas,
      maxReplicas,
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: "Max",
        policies: [
          { type: "Pods", value: 10, periodSeconds: 15 },
          { type: "Percent", value: 400, periodSeconds: 15 },
        ],
      },
      scaleDown: {
        stabilizationWindowSeconds: settings.scaleInAfterSeconds,
        selectPolicy: "Max",
        policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
      },
    },
  });
  headroom(scope, context);
}

/** A key brought along is named itself: its alias is for people. */
function keyInKms({ env, names }: Context): Variables {
  return {
    SIGNING_KEY_ID: env.aws?.signingKeyId ?? names.signingKeyAlias,
    SIGNER_ACCOUNT: env.liquidator.account ?? "",
  };
}

function liquidationVariables({ env, names }: Context): Variables {
  const { liquidator: settings } = env;
  return {
    NODE_OPTIONS: WORKER_NODE_OPTIONS,
    LIQUIDATION_QUEUE: names.queues.liquidation,
    LIQUIDATION_DEAD_LETTER_QUEUE: names.queues.liquidationDeadLetter,
    EXECUTORS: String(settings.executorsPerPod),
    MESSAGES_IN_FLIGHT: String(settings.messagesInFlight),
    VISIBILITY_TIMEOUT_SECONDS: String(settings.visibilityTimeoutSeconds),
    SIGNER: settings.signer,
    DRY_RUN: String(settings.dryRun),
    ...planVariablesOf(env),
    EPOCH_WINDOW: String(settings.epochWindow),
    HOLD_FIRE_EPOCHS: String(settings.holdFireEpochs),
    SPEND_CEILING_XRD_PER_HOUR: settings.spendCeilingXrdPerHour,
    MIN_BALANCE_XRD: settings.minBalanceXrd,
  };
}
