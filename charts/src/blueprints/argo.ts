import type { Environment } from "@weft/environments";
import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import { argoApplication, IN_CLUSTER } from "../constructs/argo-application.ts";
import { metadataOf } from "../constructs/metadata.ts";
import type { Context } from "../context.ts";
import { APP_PROJECT, type GroupKind } from "../resources/argo.ts";
import { customResource } from "../resources/custom-resource.ts";
import { type Operator, operatorsOf } from "./operators.ts";

/** Ours, cluster-wide kinds only by name. */
const PROJECT = "weft";
/** Charts of operators, which bring their own cluster-wide kinds. */
const OPERATORS_PROJECT = "weft-operators";

const CLUSTER_KINDS: readonly GroupKind[] = [
  { group: "", kind: "Namespace" },
  { group: "scheduling.k8s.io", kind: "PriorityClass" },
  { group: "rbac.authorization.k8s.io", kind: "ClusterRole" },
  { group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" },
  { group: "karpenter.sh", kind: "NodePool" },
  { group: "karpenter.k8s.aws", kind: "EC2NodeClass" },
  { group: "external-secrets.io", kind: "ClusterSecretStore" },
];

/** Kinds that an operator's chart may bring for the whole cluster. */
const OPERATOR_CLUSTER_KINDS: readonly GroupKind[] = [
  { group: "", kind: "Namespace" },
  { group: "apiextensions.k8s.io", kind: "CustomResourceDefinition" },
  { group: "apiregistration.k8s.io", kind: "APIService" },
  { group: "admissionregistration.k8s.io", kind: "ValidatingWebhookConfiguration" },
  { group: "admissionregistration.k8s.io", kind: "MutatingWebhookConfiguration" },
  { group: "rbac.authorization.k8s.io", kind: "ClusterRole" },
  { group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" },
];

/** The root Application follows `dist/<environment>`, in which this file lies too: from then on Git is all there is. */
export function argo(scope: Construct, context: Context): void {
  const { env, names } = context;
  const { delivery } = env;
  if (delivery === undefined) return;
  const operators = operatorsOf(context);
  argoNamespace(scope, names.namespaces.argocd);
  projects(scope, context, delivery, operators);
  argoApplication(scope, {
    name: names.cluster,
    namespace: names.namespaces.argocd,
    project: PROJECT,
    targetNamespace: names.namespaces.workloads,
    // The kinds of the operators may not be known when the first sync is planned.
    syncOptions: ["SkipDryRunOnMissingResource=true"],
    source: {
      repoURL: delivery.repositoryUrl,
      targetRevision: delivery.revision,
      path: `dist/${env.name}`,
      directory: { recurse: false, include: "*.k8s.yaml" },
    },
  });
  for (const operator of operators) {
    argoApplication(scope, {
      name: operator.name,
      namespace: names.namespaces.argocd,
      project: OPERATORS_PROJECT,
      targetNamespace: operator.namespace,
      source: operator.source,
      ...(operator.namespaceLabels === undefined
        ? {}
        : { namespaceLabels: operator.namespaceLabels }),
    });
  }
}

/** There before Argo CD is, and never taken away by it. */
function argoNamespace(scope: Construct, name: string): void {
  new k8s.KubeNamespace(scope, "namespace", {
    metadata: metadataOf({
      name,
      component: "delivery",
      annotations: { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false" },
    }),
  });
}

function projects(
  scope: Construct,
  { names }: Context,
  delivery: NonNullable<Environment["delivery"]>,
  operators: readonly Operator[],
): void {
  const { argocd: namespace, workloads, telemetry } = names.namespaces;
  const into = (...namespaces: string[]) =>
    [...new Set(namespaces)].map((target) => ({ server: IN_CLUSTER, namespace: target }));
  customResource(scope, "project", APP_PROJECT, {
    name: PROJECT,
    namespace,
    component: "delivery",
    spec: {
      description:
        "Weft's own manifests. May deploy Applications, which makes it as good as an admin.",
      sourceRepos: [delivery.repositoryUrl],
      destinations: into(workloads, telemetry, namespace),
      clusterResourceWhitelist: CLUSTER_KINDS,
    },
  });
  customResource(scope, "operators-project", APP_PROJECT, {
    name: OPERATORS_PROJECT,
    namespace,
    component: "delivery",
    spec: {
      description: "Charts of the operators that Weft's manifests need.",
      sourceRepos: [...new Set(operators.map((operator) => operator.source.repoURL))],
      destinations: into(...operators.map((operator) => operator.namespace), "kube-system"),
      clusterResourceWhitelist: OPERATOR_CLUSTER_KINDS,
    },
  });
}
