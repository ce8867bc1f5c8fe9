import { LOCAL_STACK } from "@weft/environments";
import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import { LOCAL_AWS_SECRET } from "../variables.ts";
import { metadataOf } from "./metadata.ts";

/** The Secret of the local stack's keys, which open nothing. */
export function localKeys(scope: Construct, namespace: string): void {
  new k8s.KubeSecret(scope, "local-keys", {
    metadata: metadataOf({ name: LOCAL_AWS_SECRET, namespace, component: "platform" }),
    type: "Opaque",
    stringData: {
      AWS_ACCESS_KEY_ID: LOCAL_STACK.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_STACK.secretAccessKey,
    },
  });
}
