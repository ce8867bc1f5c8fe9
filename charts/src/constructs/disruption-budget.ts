import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import { metadataOf, type ObjectName, selectorOf } from "./metadata.ts";

/**
 * One pod at a time, however many there are: `minAvailable` would hold the last pod on its node for ever.
 * A pod that is not ready protects nothing, and may always go.
 */
export function disruptionBudget(scope: Construct, object: ObjectName): void {
  new k8s.KubePodDisruptionBudget(scope, "disruption-budget", {
    metadata: metadataOf(object),
    spec: {
      maxUnavailable: k8s.IntOrString.fromNumber(1),
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: selectorOf(object.name) },
    },
  });
}
