import type { INetworkPolicy, INetworkPolicyPeer } from "kubernetes-models/networking.k8s.io/v1";
import type { IPodTemplateSpec } from "kubernetes-models/v1";
import { find, type Manifest, ofKind, podOwners, selects } from "../manifests.ts";
import { type Policy, remove } from "./policy.ts";

const policiesOf = (manifests: readonly Manifest[]) =>
  ofKind<INetworkPolicy>(manifests, "NetworkPolicy");

const isDefault = ({ spec }: INetworkPolicy) =>
  Object.keys(spec?.podSelector?.matchLabels ?? {}).length === 0;

const isCollector = ({ podSelector }: INetworkPolicyPeer) =>
  podSelector?.matchLabels?.["app.kubernetes.io/name"] === "grafana-agent";

const serves = ({ spec }: IPodTemplateSpec, port: number | string | undefined) =>
  (spec?.containers ?? []).some(({ ports = [] }) =>
    ports.some(({ containerPort }) => containerPort === port),
  );

export const network: readonly Policy[] = [
  {
    name: "every pod has a network policy of its own, in both directions",
    findings: (manifests) =>
      podOwners(manifests)
        .filter(
          ({ namespace, template }) =>
            !policiesOf(manifests).some(
              (policy) =>
                !isDefault(policy) &&
                policy.metadata?.namespace === namespace &&
                selects(policy.spec?.podSelector, template.metadata?.labels) &&
                policy.spec?.policyTypes?.toSorted().join() === "Egress,Ingress",
            ),
        )
        .map(({ title }) => title),
    plant: (manifests) => {
      const { spec } = find<INetworkPolicy>(manifests, "NetworkPolicy", "indexer");
      if (spec?.policyTypes) spec.policyTypes = ["Ingress"];
    },
  },
  {
    name: "wherever we run pods, what no policy allows is denied",
    findings: (manifests) =>
      [...new Set(podOwners(manifests).map(({ namespace }) => namespace))].filter(
        (namespace) =>
          !policiesOf(manifests).some(
            (policy) =>
              isDefault(policy) &&
              policy.metadata?.namespace === namespace &&
              policy.spec?.ingress === undefined &&
              policy.spec?.egress === undefined,
          ),
      ),
    plant: (manifests) => remove(manifests, "NetworkPolicy", "default-deny"),
  },
  {
    name: "every network policy picks a pod",
    findings: (manifests) =>
      policiesOf(manifests)
        .filter(
          (policy) =>
            !podOwners(manifests).some(
              ({ namespace, template }) =>
                policy.metadata?.namespace === namespace &&
                selects(policy.spec?.podSelector, template.metadata?.labels),
            ),
        )
        .map(({ metadata }) => `${metadata?.name}`),
    plant: (manifests) => {
      const orphan = structuredClone(find<INetworkPolicy>(manifests, "NetworkPolicy", "indexer"));
      if (orphan.metadata) orphan.metadata.name = "orphan";
      if (orphan.spec) {
        orphan.spec.podSelector = { matchLabels: { app: "gone" } };
        orphan.spec.ingress = [];
      }
      manifests.push(orphan as Manifest);
    },
  },
  {
    name: "a port that a policy opens is one that the pod serves",
    findings: (manifests) =>
      policiesOf(manifests).flatMap((policy) =>
        (policy.spec?.ingress ?? [])
          .flatMap(({ ports = [], from = [] }) => ports.map(({ port }) => ({ port, from })))
          .filter(
            ({ port, from }) =>
              !podOwners(manifests).some(
                ({ template }) =>
                  selects(policy.spec?.podSelector, template.metadata?.labels) &&
                  serves(template, port) &&
                  // The collector learns from the annotation where to look.
                  (!from.some(isCollector) ||
                    template.metadata?.annotations?.["prometheus.io/port"] === String(port)),
              ),
          )
          .map(({ port }) => `${policy.metadata?.name}: ${port}`),
      ),
    plant: (manifests) => {
      const { spec } = find<INetworkPolicy>(manifests, "NetworkPolicy", "indexer");
      spec?.ingress?.[0]?.ports?.push({ port: 8_080, protocol: "TCP" });
    },
  },
  {
    name: "no pod reaches the addresses where nodes get their credentials",
    findings: (manifests) =>
      policiesOf(manifests).flatMap(({ metadata, spec }) =>
        (spec?.egress ?? [])
          .flatMap(({ to = [] }) => to.map(({ ipBlock }) => ipBlock))
          .filter(
            (block) => block?.cidr === "0.0.0.0/0" && !block.except?.includes("169.254.0.0/16"),
          )
          .map(() => `${metadata?.name}`),
      ),
    plant: (manifests) => {
      const { spec } = find<INetworkPolicy>(manifests, "NetworkPolicy", "indexer");
      for (const { to = [] } of spec?.egress ?? []) {
        for (const { ipBlock } of to) delete ipBlock?.except;
      }
    },
  },
  {
    name: "a program that takes its identity from the node's agent can reach it",
    findings: (manifests, env) =>
      env.aws === undefined
        ? []
        : policiesOf(manifests)
            .filter(({ spec }) => JSON.stringify(spec?.egress ?? []).includes("0.0.0.0/0"))
            .filter(({ spec }) => !JSON.stringify(spec?.egress).includes("169.254.170.23/32"))
            .map(({ metadata }) => `${metadata?.name}`),
    plant: (manifests) => {
      const { spec } = find<INetworkPolicy>(manifests, "NetworkPolicy", "liquidator");
      if (spec?.egress) {
        spec.egress = spec.egress.filter((rule) => !JSON.stringify(rule).includes("169.254.170"));
      }
    },
  },
];
