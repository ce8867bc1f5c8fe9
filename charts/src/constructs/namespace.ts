import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import { type Component, metadataOf } from "./metadata.ts";

/** Pod Security "restricted", of the version the cluster runs: enforced, and said aloud. */
export const RESTRICTED_NAMESPACE: Readonly<Record<string, string>> = Object.fromEntries(
  ["enforce", "audit", "warn"].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, "restricted"],
    [`pod-security.kubernetes.io/${mode}-version`, "latest"],
  ]),
);

export function restrictedNamespace(scope: Construct, name: string, component: Component): void {
  new k8s.KubeNamespace(scope, `namespace-${name}`, {
    metadata: metadataOf({ name, component, labels: RESTRICTED_NAMESPACE }),
  });
}
