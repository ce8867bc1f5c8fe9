import type { Construct } from "constructs";
import { triggerAuthentication } from "../constructs/keda-scaling.ts";
import { localKeys } from "../constructs/local-keys.ts";
import { restrictedNamespace } from "../constructs/namespace.ts";
import { denyAll } from "../constructs/network-policy.ts";
import { priorityClasses } from "../constructs/priority.ts";
import { workloadQuota } from "../constructs/quota.ts";
import type { Context } from "../context.ts";
import { customResource } from "../resources/custom-resource.ts";
import { CLUSTER_SECRET_STORE } from "../resources/external-secrets.ts";

/** Of Secrets Manager; each namespace that may read it is named. */
export const SECRET_STORE = "weft-secrets-manager";

/** What has to be there before anything runs. */
export function platform(scope: Construct, context: Context): void {
  const { env, names } = context;
  const { workloads, telemetry } = names.namespaces;
  restrictedNamespace(scope, workloads, "platform");
  priorityClasses(scope);
  workloadQuota(scope, env, workloads);
  denyAll(scope, "deny-workloads", {
    name: "default-deny",
    namespace: workloads,
    component: "platform",
  });
  if (env.aws === undefined) localKeys(scope, workloads);
  triggerAuthentication(scope, context);
  if (env.telemetry === undefined || env.aws === undefined) return;
  restrictedNamespace(scope, telemetry, "telemetry");
  denyAll(scope, "deny-telemetry", {
    name: "default-deny",
    namespace: telemetry,
    component: "platform",
  });
  customResource(scope, "secret-store", CLUSTER_SECRET_STORE, {
    name: SECRET_STORE,
    component: "platform",
    spec: {
      provider: { aws: { service: "SecretsManager", region: env.aws.region } },
      conditions: [{ namespaces: [telemetry] }],
    },
  });
}
