import { k8s } from "cdk8s-plus-29";
import { Construct } from "constructs";
import type { Context } from "../context.ts";
import { disruptionBudget } from "./disruption-budget.ts";
import { serviceAccount } from "./identity.ts";
import { labelsOf, metadataOf, selectorOf } from "./metadata.ts";
import { allowFlows } from "./network-policy.ts";
import { placementOf } from "./placement.ts";
import { RESTRICTED_CONTAINER, resourcesOf, restrictedPod, spread } from "./pod.ts";

const NAME = "liquidator-headroom";

/**
 * Room for the next liquidators on nodes that already run: pods of their size that do nothing and give way to them.
 * A new node would take tens of seconds.
 */
export function headroom(scope: Construct, context: Context): void {
  const { env, names } = context;
  const { headroomPods, resources } = env.liquidator;
  if (headroomPods === 0) return;
  const construct = new Construct(scope, "headroom");
  const object = {
    name: NAME,
    namespace: names.namespaces.workloads,
    component: "liquidation" as const,
  };
  serviceAccount(construct, object);
  disruptionBudget(construct, object);
  allowFlows(construct, object, { ingress: [], egress: [] });
  new k8s.KubeDeployment(construct, "deployment", {
    metadata: metadataOf(object),
    spec: {
      replicas: headroomPods,
      revisionHistoryLimit: 2,
      selector: { matchLabels: selectorOf(NAME) },
      template: {
        metadata: { labels: labelsOf(NAME, object.component) },
        spec: {
          serviceAccountName: NAME,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          priorityClassName: "weft-headroom",
          // Nothing to finish: the room is needed now.
          terminationGracePeriodSeconds: 0,
          securityContext: restrictedPod(),
          ...placementOf(context, "on-demand"),
          topologySpreadConstraints: spread(NAME),
          containers: [
            {
              name: "pause",
              image: context.image("pause"),
              imagePullPolicy: "IfNotPresent",
              resources: resourcesOf(resources),
              securityContext: RESTRICTED_CONTAINER,
            },
          ],
        },
      },
    },
  });
}
