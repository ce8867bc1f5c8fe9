import type { Construct } from "constructs";
import { nodeClass, nodePool } from "../constructs/node-pool.ts";
import { BURST_TAINT } from "../constructs/placement.ts";
import type { Context } from "../context.ts";

const NODE_CLASS = "weft";

/** Two pools that no pod can confuse: on demand for what must not be lost, Spot for what may. */
export function nodePools(scope: Construct, { env, names }: Context): void {
  const { baseline, burst, amiAlias } = env.nodePools;
  nodeClass(scope, {
    name: NODE_CLASS,
    role: names.nodeRole,
    discoveryTag: names.discoveryTag,
    amiAlias,
    tags: {
      "weft:environment": env.name,
      "weft:component": "nodes",
      "weft:cluster": names.cluster,
    },
  });
  nodePool(scope, {
    name: "baseline",
    nodeClass: NODE_CLASS,
    capacityType: "on-demand",
    weight: 10,
    limits: baseline,
    consolidateAfter: "5m",
    // Liquidators leave one node at a time.
    budgets: [{ nodes: "1" }],
    expireAfter: "720h",
    terminationGracePeriod: "15m",
  });
  nodePool(scope, {
    name: "burst",
    nodeClass: NODE_CLASS,
    capacityType: "spot",
    weight: 50,
    limits: burst,
    taints: [BURST_TAINT],
    minInstanceTypes: 15,
    consolidateAfter: "1m",
    // An empty node costs and does nothing; one with work is left alone by the half.
    budgets: [
      { nodes: "100%", reasons: ["Empty"] },
      { nodes: "50%", reasons: ["Drifted", "Underutilized"] },
    ],
    expireAfter: "168h",
    terminationGracePeriod: "5m",
  });
}
