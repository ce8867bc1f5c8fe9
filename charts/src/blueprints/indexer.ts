import { priceGuardVariablesOf, WORKER_NODE_OPTIONS } from "@weft/environments";
import type { Construct } from "constructs";
import { Worker } from "../constructs/worker.ts";
import type { Context } from "../context.ts";
import { commonVariables, gatewayShare } from "../variables.ts";

/**
 * Reads the book, batch by batch. One replica is always there; a burst goes to Spot, where losing a pod costs a batch's
 * time, and to on-demand nodes when Spot has none.
 */
export function indexer(scope: Construct, context: Context): void {
  const { env, names } = context;
  const { minReplicas, maxReplicas, surge, messagesPerReplica, ...settings } = env.indexer;
  const budget = {
    inFlight: env.gateway.indexingInFlight,
    requestsPerSecond: env.gateway.indexingRequestsPerSecond,
  };
  new Worker(scope, "indexer", {
    context,
    name: "indexer",
    component: "indexing",
    priority: "weft-standard",
    placement: "spot-preferred",
    surge,
    resources: settings.resources,
    terminationGraceSeconds: settings.terminationGraceSeconds,
    variables: {
      ...commonVariables(context),
      NODE_OPTIONS: WORKER_NODE_OPTIONS,
      ...gatewayShare(budget, maxReplicas + surge),
      ...priceGuardVariablesOf(env),
      INDEX_QUEUE: names.queues.index,
      INDEX_DEAD_LETTER_QUEUE: names.queues.indexDeadLetter,
      LIQUIDATION_QUEUE: names.queues.liquidation,
      VISIBILITY_TIMEOUT_SECONDS: String(settings.visibilityTimeoutSeconds),
      BATCHES_IN_FLIGHT: String(settings.batchesInFlight),
      CONFIRM_FROM_LTV: settings.confirmFromLtv,
    },
    scaling: {
      queue: names.queues.index,
      messagesPerReplica,
      minReplicas,
      maxReplicas,
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: "Max",
        policies: [
          { type: "Pods", value: 4, periodSeconds: 15 },
          { type: "Percent", value: 100, periodSeconds: 15 },
        ],
      },
      scaleDown: {
        stabilizationWindowSeconds: settings.scaleInAfterSeconds,
        selectPolicy: "Max",
        policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
      },
    },
  });
}
