import type { INamespace, ISecurityContext } from "kubernetes-models/v1";
import { containersOf, find, ofKind, type PodOwner, podOwners } from "../manifests.ts";
import { firstContainer, type Policy, podSpec } from "./policy.ts";

/** Volume types that Pod Security "restricted" lets through. */
const ALLOWED_VOLUMES = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

/** What holds for the security context of every container, those that prepare files included. */
function containers(
  name: string,
  holds: (context: ISecurityContext) => boolean,
  plant: (context: ISecurityContext) => void,
): Policy {
  return {
    name,
    findings: (manifests) =>
      podOwners(manifests).flatMap((owner) =>
        containersOf(owner)
          .filter(({ securityContext }) => !holds(securityContext ?? {}))
          .map((container) => `${owner.title}: ${container.name}`),
      ),
    plant: (manifests) => {
      const context = firstContainer(manifests, "indexer").securityContext;
      if (context !== undefined) plant(context);
    },
  };
}

function pods(name: string, holds: (owner: PodOwner) => boolean, plant: Policy["plant"]): Policy {
  return {
    name,
    findings: (manifests) =>
      podOwners(manifests)
        .filter((owner) => !holds(owner))
        .map(({ title }) => title),
    plant,
  };
}

export const podSecurity: readonly Policy[] = [
  containers(
    "no container can gain privileges",
    (context) => context.allowPrivilegeEscalation === false,
    (context) => {
      context.allowPrivilegeEscalation = true;
    },
  ),
  containers(
    "no container is privileged",
    (context) => context.privileged !== true,
    (context) => {
      context.privileged = true;
    },
  ),
  containers(
    "every container drops all capabilities and adds none",
    ({ capabilities }) =>
      capabilities?.drop?.join() === "ALL" && (capabilities.add ?? []).length === 0,
    (context) => {
      context.capabilities = { drop: ["ALL"], add: ["NET_ADMIN"] };
    },
  ),
  containers(
    "root file systems are read-only",
    (context) => context.readOnlyRootFilesystem === true,
    (context) => {
      context.readOnlyRootFilesystem = false;
    },
  ),
  pods(
    "no pod runs as root",
    ({ template }) => {
      const context = template.spec?.securityContext;
      return context?.runAsNonRoot === true && (context.runAsUser ?? 0) > 0;
    },
    (manifests) => {
      const spec = podSpec(manifests, "indexer");
      if (spec.securityContext !== undefined) spec.securityContext.runAsUser = 0;
    },
  ),
  pods(
    "every pod has the runtime's seccomp profile",
    ({ template }) => template.spec?.securityContext?.seccompProfile?.type === "RuntimeDefault",
    (manifests) => {
      delete podSpec(manifests, "liquidator").securityContext?.seccompProfile;
    },
  ),
  pods(
    "no pod shares the node's network, processes or memory",
    ({ template: { spec } }) => !(spec?.hostNetwork || spec?.hostPID || spec?.hostIPC),
    (manifests) => {
      podSpec(manifests, "indexer").hostPID = true;
    },
  ),
  {
    name: "no port of a node is taken",
    findings: (manifests) =>
      podOwners(manifests).flatMap((owner) =>
        containersOf(owner)
          .filter(({ ports = [] }) => ports.some(({ hostPort }) => hostPort !== undefined))
          .map(({ name }) => `${owner.title}: ${name}`),
      ),
    plant: (manifests) => {
      const [port] = firstContainer(manifests, "indexer").ports ?? [];
      if (port !== undefined) port.hostPort = 9_400;
    },
  },
  {
    name: "no pod mounts the node's files",
    findings: (manifests) =>
      podOwners(manifests).flatMap(({ title, template }) =>
        (template.spec?.volumes ?? [])
          .flatMap(({ name: _, ...source }) => Object.keys(source))
          .filter((type) => !ALLOWED_VOLUMES.has(type))
          .map((type) => `${title}: ${type}`),
      ),
    plant: (manifests) => {
      podSpec(manifests, "indexer").volumes?.push({ name: "node", hostPath: { path: "/var" } });
    },
  },
  {
    name: "every scratch directory has a limit",
    findings: (manifests) =>
      podOwners(manifests).flatMap(({ title, template }) =>
        (template.spec?.volumes ?? [])
          .filter(({ emptyDir }) => emptyDir !== undefined && emptyDir.sizeLimit === undefined)
          .map(({ name }) => `${title}: ${name}`),
      ),
    plant: (manifests) => {
      const [volume] = podSpec(manifests, "indexer").volumes ?? [];
      delete volume?.emptyDir?.sizeLimit;
    },
  },
  {
    name: "Pod Security enforces restricted wherever we run pods",
    findings: (manifests) => {
      const enforced = ofKind<INamespace>(manifests, "Namespace")
        .filter(
          ({ metadata }) =>
            metadata?.labels?.["pod-security.kubernetes.io/enforce"] === "restricted",
        )
        .map(({ metadata }) => metadata?.name);
      return podOwners(manifests)
        .filter(({ namespace }) => !enforced.includes(namespace))
        .map(({ title }) => title);
    },
    plant: (manifests) => {
      const { metadata } = find<INamespace>(manifests, "Namespace", "weft-telemetry");
      if (metadata?.labels) metadata.labels["pod-security.kubernetes.io/enforce"] = "baseline";
    },
  },
];
