import type { k8s } from "cdk8s-plus-29";
import type { Context } from "../context.ts";
import { DOMAIN } from "./metadata.ts";

/** Node label that says which pool a node is of. */
export const POOL_LABEL = `${DOMAIN}/pool`;
/** Taint of the Spot pool: what does not tolerate it stays on demand. */
export const BURST_TAINT = {
  key: `${DOMAIN}/burst`,
  value: "true",
  effect: "NoSchedule",
} as const;

export type Placement = "on-demand" | "spot-preferred";

export type PlacementFields = Pick<k8s.PodSpec, "nodeSelector" | "tolerations" | "affinity">;

/** Where a pod may run. Without node pools, anywhere. */
export function placementOf({ env }: Pick<Context, "env">, placement: Placement): PlacementFields {
  if (env.aws === undefined) return {};
  if (placement === "on-demand") return { nodeSelector: { [POOL_LABEL]: "baseline" } };
  return {
    tolerations: [{ ...BURST_TAINT, operator: "Equal" }],
    affinity: {
      nodeAffinity: {
        // Ours only: not the few nodes that carry the operators.
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: POOL_LABEL, operator: "Exists" }] }],
        },
        // On demand when Spot has nothing to give.
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            preference: {
              matchExpressions: [
                { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] },
              ],
            },
          },
        ],
      },
    },
  };
}
