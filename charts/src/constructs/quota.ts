import { type Environment, mebibytes, millicores, type Resources } from "@weft/environments";
import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import { metadataOf } from "./metadata.ts";
import { quantity } from "./pod.ts";

interface Claim {
  readonly pods: number;
  readonly resources: Resources;
}

/** A run, an extra run by hand, and one that is being tried again. */
const DISPATCHERS = 3;
/** The simulator with a book, and the embedded servers. */
export const LOCAL_RESOURCES: Resources = { cpu: "500m", memory: "1536Mi" };
const LOCAL_CLAIM: Claim = { pods: 2, resources: LOCAL_RESOURCES };

/** All that may run at once, a pod that still ends beside its successor included. */
export function claimsOf(env: Environment): Claim[] {
  const { indexer, liquidator, dispatcher } = env;
  const endingBeside = 1;
  return [
    { pods: indexer.maxReplicas + indexer.surge + endingBeside, resources: indexer.resources },
    {
      pods: liquidator.maxReplicas + liquidator.surge + endingBeside + liquidator.headroomPods,
      resources: liquidator.resources,
    },
    { pods: DISPATCHERS, resources: dispatcher.resources },
    ...(env.aws === undefined ? [LOCAL_CLAIM] : []),
  ];
}

/** What the namespace may hold: a runaway of whatever cause ends here, and not at the nodes' limits. */
export function workloadQuota(scope: Construct, env: Environment, namespace: string): void {
  const claims = claimsOf(env);
  const sum = (part: (claim: Claim) => number) =>
    claims.reduce((total, claim) => total + claim.pods * part(claim), 0);
  const memory = `${sum((claim) => mebibytes(claim.resources.memory))}Mi`;
  new k8s.KubeResourceQuota(scope, "quota", {
    metadata: metadataOf({ name: "workloads", namespace, component: "platform" }),
    spec: {
      hard: {
        pods: quantity(String(sum(() => 1))),
        "requests.cpu": quantity(`${sum((claim) => millicores(claim.resources.cpu))}m`),
        "requests.memory": quantity(memory),
        "limits.memory": quantity(memory),
        "services.loadbalancers": quantity("0"),
        "services.nodeports": quantity("0"),
      },
    },
  });
}
