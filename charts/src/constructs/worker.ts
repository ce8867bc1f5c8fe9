import { k8s } from "cdk8s-plus-29";
import { Construct } from "constructs";
import { disruptionBudget } from "./disruption-budget.ts";
import { serviceAccount } from "./identity.ts";
import { type KedaScalingOptions, kedaScaling } from "./keda-scaling.ts";
import { metadataOf, selectorOf } from "./metadata.ts";
import { allowFlows } from "./network-policy.ts";
import { spread } from "./pod.ts";
import { programEgress, scrapedBy } from "./program-flows.ts";
import { OPS_PORT, type ProgramPodOptions, programPod } from "./program-pod.ts";

export interface WorkerOptions extends Omit<ProgramPodOptions, "kind"> {
  /** Extra pods during a rollout; without any, one pod goes before the next comes. */
  readonly surge: number;
  /** Nodes its pods must be spread over; absent where that is only a wish. */
  readonly minNodes?: number;
  readonly scaling: Omit<KedaScalingOptions, "context" | "object">;
}

/**
 * A program that takes messages from a queue: Deployment, identity, scaling, network and disruption budget.
 * It has no `replicas`: KEDA's autoscaler owns them, and every apply would otherwise take them back.
 */
export class Worker extends Construct {
  constructor(scope: Construct, id: string, options: WorkerOptions) {
    super(scope, id);
    const { context, name, component } = options;
    const { namespace } = context.names.serviceAccounts[name];
    const object = { name, namespace, component };
    serviceAccount(this, object);
    this.deploy(options, namespace);
    disruptionBudget(this, object);
    allowFlows(this, object, {
      ingress: scrapedBy(context, OPS_PORT),
      egress: programEgress(context),
    });
    kedaScaling(this, { context, object, ...options.scaling });
  }

  private deploy(options: WorkerOptions, namespace: string): void {
    const { name, component, surge } = options;
    const template = programPod({ ...options, kind: "worker" });
    new k8s.KubeDeployment(this, "deployment", {
      metadata: metadataOf({ name, namespace, component }),
      spec: {
        selector: { matchLabels: selectorOf(name) },
        revisionHistoryLimit: 5,
        strategy: {
          type: "RollingUpdate",
          rollingUpdate: {
            maxSurge: k8s.IntOrString.fromNumber(surge),
            maxUnavailable: k8s.IntOrString.fromNumber(surge === 0 ? 1 : 0),
          },
        },
        template: {
          ...template,
          spec: {
            ...(template.spec as k8s.PodSpec),
            topologySpreadConstraints: spread(name, options.minNodes),
          },
        },
      },
    });
  }
}
