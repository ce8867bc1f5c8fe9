import type { IClusterRole } from "kubernetes-models/rbac.authorization.k8s.io/v1";
import type { IConfigMap, ISecret } from "kubernetes-models/v1";
import { containersOf, find, type Manifest, ofKind, podOwners, titleOf } from "../manifests.ts";
import { deployment, firstContainer, type Policy, podSpec } from "./policy.ts";

/** Talks to the API server: it finds pods there and reads their logs. */
const NEEDS_A_TOKEN = ["Deployment weft-telemetry/grafana-agent"];
/** Names under which a literal would be a secret. */
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PRIVATE_KEY|ACCESS_KEY/;
const CREDENTIAL = /(password|token|secret)["']?\s*[=:]\s*["'][^"']+["']|glc_|AKIA[0-9A-Z]{16}/i;

/** Secrets that come from an ExternalSecret, or on a local cluster from a Secret of test keys. */
function knownSecrets(manifests: readonly Manifest[]): string[] {
  const external = ofKind<{ spec: { target: { name: string } } }>(manifests, "ExternalSecret");
  const local = ofKind(manifests, "Secret");
  return [...external.map(({ spec }) => spec.target.name), ...local.map((s) => s.metadata.name)];
}

function rolesOf(manifests: readonly Manifest[]): IClusterRole[] {
  return [
    ...ofKind<IClusterRole>(manifests, "ClusterRole"),
    ...ofKind<IClusterRole>(manifests, "Role"),
  ];
}

export const identityAndSecrets: readonly Policy[] = [
  {
    name: "no pod runs as the default service account",
    findings: (manifests) =>
      podOwners(manifests)
        .filter(({ template }) => (template.spec?.serviceAccountName ?? "default") === "default")
        .map(({ title }) => title),
    plant: (manifests) => {
      delete podSpec(manifests, "indexer").serviceAccountName;
    },
  },
  {
    name: "every service account that a pod names exists",
    findings: (manifests) => {
      const accounts = ofKind(manifests, "ServiceAccount").map(titleOf);
      return podOwners(manifests)
        .filter(({ template }) => template.spec?.serviceAccountName !== undefined)
        .filter(
          ({ namespace, template }) =>
            !accounts.includes(`ServiceAccount ${namespace}/${template.spec?.serviceAccountName}`),
        )
        .map(({ title }) => title);
    },
    plant: (manifests) => {
      podSpec(manifests, "indexer").serviceAccountName = "indexer-2";
    },
  },
  {
    name: "no pod is handed a token of the API server that it does not need",
    findings: (manifests) =>
      podOwners(manifests)
        .filter(({ title }) => !NEEDS_A_TOKEN.includes(title))
        .filter(({ template }) => template.spec?.automountServiceAccountToken !== false)
        .map(({ title }) => title),
    plant: (manifests) => {
      podSpec(manifests, "indexer").automountServiceAccountToken = true;
    },
  },
  {
    name: "no role has a wildcard",
    findings: (manifests) =>
      rolesOf(manifests).flatMap(({ metadata, rules }) =>
        (rules ?? [])
          .filter(({ apiGroups = [], resources = [], verbs = [] }) =>
            [...apiGroups, ...resources, ...verbs].includes("*"),
          )
          .map(() => `${metadata?.name}`),
      ),
    plant: (manifests) => {
      const { rules } = find<IClusterRole>(manifests, "ClusterRole", "weft-pod-discovery");
      rules?.push({ apiGroups: [""], resources: ["nodes"], verbs: ["*"] });
    },
  },
  {
    name: "no role reads secrets or config maps, or changes anything",
    findings: (manifests) =>
      rolesOf(manifests).flatMap(({ metadata, rules }) =>
        (rules ?? [])
          .filter(
            ({ resources = [], verbs = [] }) =>
              resources.includes("secrets") ||
              resources.includes("configmaps") ||
              verbs.some((verb) => !["get", "list", "watch", "*"].includes(verb)),
          )
          .map(() => `${metadata?.name}`),
      ),
    plant: (manifests) => {
      const { rules } = find<IClusterRole>(manifests, "ClusterRole", "weft-pod-discovery");
      rules?.push({ apiGroups: [""], resources: ["secrets"], verbs: ["get"] });
    },
  },
  {
    name: "no secret lies in Git",
    findings: (manifests, env) =>
      // A cluster on one machine has test keys, which open nothing.
      env.aws === undefined ? [] : ofKind<ISecret & Manifest>(manifests, "Secret").map(titleOf),
    plant: (manifests) => {
      const { labels } = find<Manifest>(manifests, "Deployment", "indexer").metadata;
      const name = "grafana-cloud-copy";
      manifests.push({
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name,
          namespace: "weft",
          labels: { ...labels },
          annotations: { "argocd.argoproj.io/sync-wave": "0" },
        },
      });
    },
  },
  {
    name: "a secret comes from an ExternalSecret",
    findings: (manifests) => {
      const known = knownSecrets(manifests);
      return podOwners(manifests).flatMap((owner) => {
        const named = [
          ...(owner.template.spec?.volumes ?? []).map(({ secret }) => secret?.secretName),
          ...containersOf(owner).flatMap(({ env = [], envFrom = [] }) => [
            ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
            ...envFrom.map(({ secretRef }) => secretRef?.name),
          ]),
        ];
        return named
          .filter((name) => name !== undefined && !known.includes(name))
          .map((name) => `${owner.title}: ${name}`);
      });
    },
    plant: (manifests) => {
      firstContainer(manifests, "indexer").envFrom = [{ secretRef: { name: "by-hand" } }];
    },
  },
  {
    name: "no variable holds a secret as text",
    findings: (manifests) =>
      podOwners(manifests).flatMap((owner) =>
        containersOf(owner).flatMap(({ env = [] }) =>
          env
            .filter(({ name, value }) => value !== undefined && SECRET_NAME.test(name))
            .map(({ name }) => `${owner.title}: ${name}`),
        ),
      ),
    plant: (manifests) => {
      firstContainer(manifests, "indexer").env?.push({ name: "API_TOKEN", value: "abc" });
    },
  },
  {
    name: "no config map holds a credential",
    findings: (manifests) =>
      ofKind<IConfigMap>(manifests, "ConfigMap").flatMap(({ metadata, data = {} }) =>
        Object.entries(data)
          .filter(([, text]) => CREDENTIAL.test(text))
          .map(([key]) => `${metadata?.name}: ${key}`),
      ),
    plant: (manifests) => {
      const { data } = find<IConfigMap>(manifests, "ConfigMap", "grafana-agent");
      if (data) data["config.alloy"] += '\npassword = "glc_planted"\n';
    },
  },
  {
    name: "no ARN, and an account id only in a registry's name",
    findings: (manifests, env) =>
      manifests.flatMap((manifest) => {
        // The embedded servers have an account of their own making in the addresses of their queues.
        if (env.aws === undefined && manifest.kind === "ScaledObject") return [];
        const text = JSON.stringify(manifest, (key, value) => (key === "image" ? "" : value));
        return /arn:aws|\b\d{12}\b/.test(text) ? [titleOf(manifest)] : [];
      }),
    plant: (manifests) => {
      const { metadata } = deployment(manifests, "indexer");
      const role = "arn:aws:iam::000000000000:role/indexer";
      if (metadata !== undefined) metadata.annotations = { ...metadata.annotations, role };
    },
  },
];
