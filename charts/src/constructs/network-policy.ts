import type { ServiceAccountName } from "@weft/environments";
import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import { metadataOf, type ObjectName, selectorOf } from "./metadata.ts";

/** Pods by namespace and name. */
interface Peer {
  readonly namespace: string;
  readonly app: string;
}

export type Flow =
  | { readonly kind: "pods"; readonly peer: Peer; readonly ports: readonly number[] }
  | { readonly kind: "dns" }
  /** From KEDA, which goes by this label however it was installed: its plain manifests have no other. */
  | { readonly kind: "keda"; readonly operator: ServiceAccountName; readonly port: number }
  /** HTTPS to the world; nothing link-local, where credentials are handed out. */
  | { readonly kind: "https" }
  /** The agent on each node that answers for EKS Pod Identity: without it the SDK waits for credentials for ever. */
  | { readonly kind: "pod-identity" };

const LINK_LOCAL = "169.254.0.0/16";
const POD_IDENTITY_AGENT = "169.254.170.23/32";

/** The only flows of an application; in a namespace that denies all, as ours do. */
export function allowFlows(
  scope: Construct,
  object: ObjectName,
  flows: { readonly ingress: readonly Flow[]; readonly egress: readonly Flow[] },
): void {
  new k8s.KubeNetworkPolicy(scope, "network-policy", {
    metadata: metadataOf(object),
    spec: {
      podSelector: { matchLabels: selectorOf(object.name) },
      policyTypes: ["Ingress", "Egress"],
      ingress: flows.ingress.map((flow) => ({ from: peersOf(flow), ports: portsOf(flow) })),
      egress: flows.egress.map((flow) => ({ to: peersOf(flow), ports: portsOf(flow) })),
    },
  });
}

/** Everything in a namespace is denied unless an application's own policy allows it. */
export function denyAll(scope: Construct, id: string, object: ObjectName): void {
  new k8s.KubeNetworkPolicy(scope, id, {
    metadata: metadataOf(object),
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  });
}

function peersOf(flow: Flow): k8s.NetworkPolicyPeer[] {
  switch (flow.kind) {
    case "pods":
      return [podsOf(flow.peer.namespace, selectorOf(flow.peer.app))];
    case "dns":
      return [podsOf("kube-system", { "k8s-app": "kube-dns" })];
    case "keda":
      return [podsOf(flow.operator.namespace, { app: flow.operator.name })];
    case "https":
      return [{ ipBlock: { cidr: "0.0.0.0/0", except: [LINK_LOCAL] } }];
    case "pod-identity":
      return [{ ipBlock: { cidr: POD_IDENTITY_AGENT } }];
  }
}

function podsOf(namespace: string, labels: Record<string, string>): k8s.NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: labels },
  };
}

function portsOf(flow: Flow): k8s.NetworkPolicyPort[] {
  const port = (number: number, protocol: string) => ({
    port: k8s.IntOrString.fromNumber(number),
    protocol,
  });
  switch (flow.kind) {
    case "pods":
      return flow.ports.map((number) => port(number, "TCP"));
    case "dns":
      return [port(53, "UDP"), port(53, "TCP")];
    case "keda":
      return [port(flow.port, "TCP")];
    case "https":
      return [port(443, "TCP")];
    case "pod-identity":
      return [port(80, "TCP")];
  }
}
