import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import { ARGO_METRICS, CREDENTIALS } from "../collector/collector-config.ts";
import { Collector } from "../constructs/collector.ts";
import { metadataOf, type ObjectName } from "../constructs/metadata.ts";
import { allowFlows, type Flow } from "../constructs/network-policy.ts";
import { OPS_PORT } from "../constructs/program-pod.ts";
import type { Context } from "../context.ts";
import { customResource } from "../resources/custom-resource.ts";
import { EXTERNAL_SECRET } from "../resources/external-secrets.ts";
import { OPERATOR_METRICS_PORT } from "./operators.ts";
import { SECRET_STORE } from "./platform.ts";

const CREDENTIALS_SECRET = "grafana-cloud";

/** The component `grafana-agent`: metrics, logs and what CloudWatch alone knows, to Grafana Cloud. */
export function telemetry(scope: Construct, context: Context): void {
  const { env, names } = context;
  if (env.telemetry === undefined) return;
  const object = { ...names.serviceAccounts.collector, component: "telemetry" as const };
  credentials(scope, context);
  access(scope, context);
  allowFlows(scope, object, { ingress: [], egress: egressOf(context) });
  new Collector(scope, "collector", {
    context,
    object,
    collector: env.telemetry.collector,
    credentialsSecret: CREDENTIALS_SECRET,
  });
}

function credentials(scope: Construct, { names }: Context): void {
  customResource(scope, "credentials", EXTERNAL_SECRET, {
    name: CREDENTIALS_SECRET,
    namespace: names.namespaces.telemetry,
    component: "telemetry",
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { kind: "ClusterSecretStore", name: SECRET_STORE },
      target: {
        name: CREDENTIALS_SECRET,
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
      },
      data: Object.entries(CREDENTIALS).map(([secretKey, property]) => ({
        secretKey,
        remoteRef: { key: names.secrets.grafanaCloud, property },
      })),
    },
  });
}

/** Pods may be found everywhere, logs be read in our own namespaces only. No secret, no config map. */
function access(scope: Construct, { names }: Context): void {
  const { namespace, name } = names.serviceAccounts.collector;
  const component = "telemetry" as const;
  const subjects = [{ kind: "ServiceAccount", name, namespace }];
  const roleRef = (kind: string, role: string) => ({
    apiGroup: "rbac.authorization.k8s.io",
    kind,
    name: role,
  });
  const discovery: ObjectName = { name: "weft-pod-discovery", component };
  new k8s.KubeClusterRole(scope, "discovery", {
    metadata: metadataOf(discovery),
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] }],
  });
  new k8s.KubeClusterRoleBinding(scope, "discovery-binding", {
    metadata: metadataOf(discovery),
    roleRef: roleRef("ClusterRole", discovery.name),
    subjects,
  });
  for (const target of [names.namespaces.workloads, names.namespaces.telemetry]) {
    const logs: ObjectName = { name: "weft-pod-logs", namespace: target, component };
    new k8s.KubeRole(scope, `logs-${target}`, {
      metadata: metadataOf(logs),
      rules: [{ apiGroups: [""], resources: ["pods/log"], verbs: ["get", "list", "watch"] }],
    });
    new k8s.KubeRoleBinding(scope, `logs-binding-${target}`, {
      metadata: metadataOf(logs),
      roleRef: roleRef("Role", logs.name),
      subjects,
    });
  }
}

function egressOf({ names }: Context): Flow[] {
  const { workloads, keda, kubeStateMetrics, argocd } = names.namespaces;
  const pods = (namespace: string, app: string, port: number): Flow => ({
    kind: "pods",
    peer: { namespace, app },
    ports: [port],
  });
  return [
    { kind: "dns" },
    { kind: "https" },
    { kind: "pod-identity" },
    pods(workloads, "indexer", OPS_PORT),
    pods(workloads, "liquidator", OPS_PORT),
    pods(keda, names.serviceAccounts.keda.name, OPERATOR_METRICS_PORT),
    pods(kubeStateMetrics, "kube-state-metrics", OPERATOR_METRICS_PORT),
    pods(argocd, ARGO_METRICS.app, ARGO_METRICS.port),
  ];
}
