import type { Environment } from "@weft/environments";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type { IPodDisruptionBudget } from "kubernetes-models/policy/v1";
import type { IContainer, IProbe } from "kubernetes-models/v1";
import { find, type Manifest, ofKind, podOwners, selects, titleOf } from "../manifests.ts";
import { deployment, firstContainer, type Policy, podSpec } from "./policy.ts";

/** Does nothing, and gives way to everything. */
const PLACEHOLDER = "Deployment weft/liquidator-headroom";

/** After SIGTERM a program ends by itself within this, seconds. */
function drainSecondsOf(owner: string, env: Environment): number {
  if (owner === "dispatcher" || owner === "indexer" || owner === "liquidator") {
    return env[owner].drainSeconds;
  }
  return 0;
}

function servedBy({ ports = [] }: IContainer, probe: IProbe | undefined): boolean {
  const asked = probe?.httpGet?.port ?? probe?.tcpSocket?.port;
  return ports.some(({ name, containerPort }) => asked === name || asked === containerPort);
}

export const availability: readonly Policy[] = [
  {
    name: "every pod that stays is asked whether it has started, lives and is ready",
    findings: (manifests) =>
      podOwners(manifests)
        .filter(({ owner, title }) => owner.kind === "Deployment" && title !== PLACEHOLDER)
        .flatMap(({ title, template }) =>
          (template.spec?.containers ?? []).flatMap((container) => [
            ...(container.startupProbe ? [] : [`${title}: no startup probe`]),
            ...(container.livenessProbe ? [] : [`${title}: no liveness probe`]),
            ...(container.readinessProbe ? [] : [`${title}: no readiness probe`]),
          ]),
        ),
    plant: (manifests) => {
      delete firstContainer(manifests, "indexer").readinessProbe;
    },
  },
  {
    name: "a probe asks at a port that the container serves",
    findings: (manifests) =>
      podOwners(manifests).flatMap(({ title, template }) =>
        (template.spec?.containers ?? []).flatMap((container) =>
          [container.startupProbe, container.livenessProbe, container.readinessProbe]
            .filter((probe) => probe !== undefined && !servedBy(container, probe))
            .map(() => title),
        ),
      ),
    plant: (manifests) => {
      const { livenessProbe } = firstContainer(manifests, "indexer");
      if (livenessProbe?.httpGet) livenessProbe.httpGet.port = "health";
    },
  },
  {
    name: "a Deployment selects the pods it makes, by their name alone",
    findings: (manifests) =>
      ofKind<IDeployment & Manifest>(manifests, "Deployment")
        .filter(({ spec }) => {
          const labels = spec?.selector.matchLabels ?? {};
          const byName = Object.keys(labels).join() === "app.kubernetes.io/name";
          return !byName || !selects(spec?.selector, spec?.template.metadata?.labels);
        })
        .map(titleOf),
    plant: (manifests) => {
      const { spec } = deployment(manifests, "indexer");
      spec.selector.matchLabels = { "app.kubernetes.io/name": "indexers" };
    },
  },
  {
    name: "every Deployment has a budget that lets one pod go at a time",
    findings: (manifests) =>
      podOwners(manifests)
        .filter(({ owner }) => owner.kind === "Deployment")
        .filter(
          ({ namespace, template }) =>
            !ofKind<IPodDisruptionBudget>(manifests, "PodDisruptionBudget").some(
              ({ metadata, spec }) =>
                metadata?.namespace === namespace &&
                selects(spec?.selector, template.metadata?.labels) &&
                spec?.maxUnavailable === 1 &&
                spec.minAvailable === undefined,
            ),
        )
        .map(({ title }) => title),
    plant: (manifests) => {
      const { spec } = find<IPodDisruptionBudget>(manifests, "PodDisruptionBudget", "indexer");
      if (spec) {
        delete spec.maxUnavailable;
        spec.minAvailable = 1;
      }
    },
  },
  {
    name: "a pod that is not ready holds no node",
    findings: (manifests) =>
      ofKind<IPodDisruptionBudget & Manifest>(manifests, "PodDisruptionBudget")
        .filter(({ spec }) => spec?.unhealthyPodEvictionPolicy !== "AlwaysAllow")
        .map(titleOf),
    plant: (manifests) => {
      const { spec } = find<IPodDisruptionBudget>(manifests, "PodDisruptionBudget", "liquidator");
      delete spec?.unhealthyPodEvictionPolicy;
    },
  },
  {
    name: "every pod has a priority that is defined",
    findings: (manifests) => {
      const defined = ofKind(manifests, "PriorityClass").map(({ metadata }) => metadata.name);
      return podOwners(manifests)
        .filter(({ template }) => !defined.includes(template.spec?.priorityClassName ?? ""))
        .map(({ title }) => title);
    },
    plant: (manifests) => {
      podSpec(manifests, "indexer").priorityClassName = "important";
    },
  },
  {
    name: "a placeholder takes room from nobody",
    findings: (manifests) =>
      ofKind<Manifest & { value: number; preemptionPolicy?: string }>(manifests, "PriorityClass")
        .filter(({ value, preemptionPolicy }) => value < 0 && preemptionPolicy !== "Never")
        .map(titleOf),
    plant: (manifests) => {
      const name = "weft-headroom";
      const found = find<{ preemptionPolicy?: string }>(manifests, "PriorityClass", name);
      found.preemptionPolicy = "PreemptLowerPriority";
    },
  },
  {
    name: "pods of a Deployment are spread over zones and nodes",
    findings: (manifests) =>
      podOwners(manifests)
        .filter(({ owner }) => owner.kind === "Deployment")
        .filter(({ template }) => {
          const constraints = template.spec?.topologySpreadConstraints ?? [];
          return !["topology.kubernetes.io/zone", "kubernetes.io/hostname"].every((key) =>
            constraints.some(
              ({ topologyKey, labelSelector }) =>
                topologyKey === key && selects(labelSelector, template.metadata?.labels),
            ),
          );
        })
        .map(({ title }) => title),
    plant: (manifests) => {
      podSpec(manifests, "indexer").topologySpreadConstraints?.pop();
    },
  },
  {
    name: "a pod has longer to end than its program takes",
    findings: (manifests, env) =>
      podOwners(manifests)
        .filter(
          ({ owner, template }) =>
            (template.spec?.terminationGracePeriodSeconds ?? 30) <
            drainSecondsOf(owner.metadata.name, env),
        )
        .map(({ title }) => title),
    plant: (manifests) => {
      podSpec(manifests, "indexer").terminationGracePeriodSeconds = 30;
    },
  },
];
