import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import { metadataOf } from "./metadata.ts";

/** Who gives way to whom when a node is full. */
const PRIORITY_CLASSES = {
  "weft-liquidation": {
    value: 100_000,
    preemptionPolicy: "PreemptLowerPriority",
    description: "Liquidation: the protocol is solvent by it.",
  },
  "weft-standard": {
    value: 10_000,
    preemptionPolicy: "PreemptLowerPriority",
    description: "Dispatching, indexing and telemetry: may wait for a node.",
  },
  "weft-headroom": {
    value: -10,
    preemptionPolicy: "Never",
    description: "Placeholders: they keep room for what matters, and give way to anything.",
  },
} as const;

export type PriorityClassName = keyof typeof PRIORITY_CLASSES;

export function priorityClasses(scope: Construct): void {
  for (const [name, priority] of Object.entries(PRIORITY_CLASSES)) {
    new k8s.KubePriorityClass(scope, name, {
      metadata: metadataOf({ name, component: "platform" }),
      globalDefault: false,
      ...priority,
    });
  }
}
