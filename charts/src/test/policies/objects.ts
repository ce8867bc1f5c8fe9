import type { IResourceQuota } from "kubernetes-models/v1";
import { claimsOf } from "../../constructs/quota.ts";
import type { ApplicationSpec } from "../../resources/argo.ts";
import type { NodePoolSpec } from "../../resources/karpenter.ts";
import { find, type Manifest, ofKind, podOwners, titleOf } from "../manifests.ts";
import { type Policy, podSpec } from "./policy.ts";

const LABELS = ["name", "component", "part-of", "managed-by"].map(
  (label) => `app.kubernetes.io/${label}`,
);

/** Kinds that belong to the whole cluster. */
const CLUSTER_KINDS = new Set([
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterSecretStore",
  "EC2NodeClass",
  "Namespace",
  "NodePool",
  "PriorityClass",
]);

interface NodePool extends Manifest {
  readonly spec: NodePoolSpec;
}
interface Application extends Manifest {
  readonly spec: ApplicationSpec;
}

export const objects: readonly Policy[] = [
  {
    name: "every object says what it is part of",
    findings: (manifests) =>
      manifests
        .filter(({ metadata }) => LABELS.some((label) => metadata.labels?.[label] === undefined))
        .map(titleOf),
    plant: (manifests) => {
      delete find<Manifest>(manifests, "ServiceAccount", "indexer").metadata.labels?.[
        "app.kubernetes.io/part-of"
      ];
    },
  },
  {
    name: "every pod says what it is part of",
    findings: (manifests) =>
      podOwners(manifests)
        .filter(({ template }) =>
          LABELS.some((label) => template.metadata?.labels?.[label] === undefined),
        )
        .map(({ title }) => title),
    plant: (manifests) => {
      const owner = podOwners(manifests).find(({ title }) => title === "Deployment weft/indexer");
      delete owner?.template.metadata?.labels?.["app.kubernetes.io/component"];
    },
  },
  {
    name: "an object has a namespace just when its kind does",
    findings: (manifests) =>
      manifests
        .filter(
          ({ kind, metadata }) => CLUSTER_KINDS.has(kind) !== (metadata.namespace === undefined),
        )
        .map(titleOf),
    plant: (manifests) => {
      delete find<Manifest>(manifests, "RoleBinding", "weft-pod-logs").metadata.namespace;
    },
  },
  {
    name: "no object is declared twice",
    findings: (manifests) => {
      const names = manifests.map((manifest) => `${manifest.apiVersion} ${titleOf(manifest)}`);
      return names.filter((name, index) => names.indexOf(name) !== index);
    },
    plant: (manifests) => {
      const policy = find<Manifest>(manifests, "NetworkPolicy", "indexer");
      manifests.push(structuredClone(policy));
    },
  },
  {
    name: "every object has its wave in a sync",
    findings: (manifests, env) =>
      env.delivery === undefined
        ? []
        : manifests
            .filter(({ metadata }) => {
              const wave = metadata.annotations?.["argocd.argoproj.io/sync-wave"];
              return !/^-?\d+$/.test(wave ?? "");
            })
            .map(titleOf),
    plant: (manifests) => {
      delete find<Manifest>(manifests, "NodePool", "burst").metadata.annotations;
    },
  },
  {
    name: "what Argo CD syncs is put back when changed by hand",
    findings: (manifests) =>
      ofKind<Application>(manifests, "Application")
        .filter(({ spec }) => {
          const { automated, syncOptions } = spec.syncPolicy;
          return !(automated.selfHeal && syncOptions.includes("ServerSideApply=true"));
        })
        .map(titleOf),
    plant: (manifests) => {
      const { spec } = find<Application>(manifests, "Application", "keda");
      Object.assign(spec.syncPolicy.automated, { selfHeal: false });
    },
  },
  {
    name: "a chart is pinned",
    findings: (manifests) =>
      ofKind<Application>(manifests, "Application")
        .filter(
          ({ spec: { source } }) =>
            "chart" in source && !/^v?\d+\.\d+\.\d+$/.test(source.targetRevision),
        )
        .map(titleOf),
    plant: (manifests) => {
      const { spec } = find<Application>(manifests, "Application", "keda");
      Object.assign(spec.source, { targetRevision: "2.*" });
    },
  },
  {
    name: "nodes have a ceiling",
    findings: (manifests) =>
      ofKind<NodePool>(manifests, "NodePool")
        .filter(({ spec }) => !(Number(spec.limits?.cpu) > 0 && spec.limits?.memory))
        .map(titleOf),
    plant: (manifests) => {
      const { spec } = find<NodePool>(manifests, "NodePool", "burst");
      Object.assign(spec, { limits: {} });
    },
  },
  {
    name: "only indexers go where Spot may take their node",
    findings: (manifests) => {
      const taints = ofKind<NodePool>(manifests, "NodePool").flatMap(
        ({ spec }) => spec.template.spec.taints ?? [],
      );
      return podOwners(manifests)
        .filter(({ title }) => title !== "Deployment weft/indexer")
        .filter(({ template }) =>
          (template.spec?.tolerations ?? []).some(
            ({ key }) => key === undefined || taints.some((taint) => taint.key === key),
          ),
        )
        .map(({ title }) => title);
    },
    plant: (manifests) => {
      podSpec(manifests, "liquidator").tolerations = [{ operator: "Exists" }];
    },
  },
  {
    name: "a pod that asks for a pool asks for one there is",
    findings: (manifests) => {
      const pools = ofKind<NodePool>(manifests, "NodePool").map(
        ({ spec }) => spec.template.metadata.labels["weft.finance/pool"],
      );
      return podOwners(manifests)
        .filter(({ template }) => {
          const pool = template.spec?.nodeSelector?.["weft.finance/pool"];
          return pool !== undefined && !pools.includes(pool);
        })
        .map(({ title }) => title);
    },
    plant: (manifests) => {
      podSpec(manifests, "liquidator").nodeSelector = { "weft.finance/pool": "on-demand" };
    },
  },
  {
    name: "the quota has room for every pod there may be, and an end",
    findings: (manifests, env) => {
      const pods = claimsOf(env).reduce((sum, claim) => sum + claim.pods, 0);
      return ofKind<IResourceQuota & Manifest>(manifests, "ResourceQuota")
        .filter(({ spec }) => {
          const hard = spec?.hard ?? {};
          return Number(hard.pods) < pods || !hard["requests.cpu"] || !hard["limits.memory"];
        })
        .map(titleOf);
    },
    plant: (manifests) => {
      const { spec } = find<IResourceQuota>(manifests, "ResourceQuota", "workloads");
      if (spec?.hard) spec.hard.pods = "5";
    },
  },
];
