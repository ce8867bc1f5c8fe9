import type { ServiceAccountName } from "@weft/environments";
import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import { type Component, metadataOf } from "./metadata.ts";

/**
 * A service account without a token: our programs never talk to the API server.
 * What it may do on AWS is tied to its name from outside, by Pod Identity.
 */
export function serviceAccount(
  scope: Construct,
  account: ServiceAccountName & { readonly component: Component },
): void {
  new k8s.KubeServiceAccount(scope, "service-account", {
    metadata: metadataOf(account),
    automountServiceAccountToken: false,
  });
}
