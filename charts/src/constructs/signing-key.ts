import { LOCAL_STACK } from "@weft/environments";
import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import type { Context } from "../context.ts";
import { metadataOf } from "./metadata.ts";
import { RESTRICTED_CONTAINER, resourcesOf, scratchMount, scratchVolume } from "./pod.ts";
import type { PreparedFiles } from "./program-pod.ts";

const SECRET = "liquidator-test-key";
const KEYS = { name: "keys", path: "/var/run/weft/keys", size: "1Mi", inMemory: true } as const;
const MOUNTED_AT = "/var/run/weft/secret";
const KEY_FILE = "signing-key";

/**
 * The simulator's test key, as a file that only its owner can read.
 *
 * The liquidator takes no key that others can read, and a mounted Secret belongs to root: whoever else reads it does so as
 * one of the others. So a copy is made, in memory, by the image's own Node.
 */
export function signingKey(
  scope: Construct,
  context: Context,
): { readonly path: string; readonly files: PreparedFiles } {
  const { names } = context;
  const namespace = names.namespaces.workloads;
  new k8s.KubeSecret(scope, "test-key", {
    metadata: metadataOf({ name: SECRET, namespace, component: "liquidation" }),
    type: "Opaque",
    stringData: { [KEY_FILE]: LOCAL_STACK.signingKeyHex },
  });
  const path = `${KEYS.path}/${KEY_FILE}`;
  const secret = { name: "test-key", mountPath: MOUNTED_AT, readOnly: true };
  return {
    path,
    files: {
      volumes: [
        { name: secret.name, secret: { secretName: SECRET, defaultMode: 0o444 } },
        scratchVolume(KEYS),
      ],
      mounts: [{ ...scratchMount(KEYS), readOnly: true }],
      initContainers: [
        {
          name: "copy-key",
          image: context.image("liquidator"),
          imagePullPolicy: "IfNotPresent",
          args: ["-e", copyScript(`${MOUNTED_AT}/${KEY_FILE}`, path)],
          resources: resourcesOf({ cpu: "10m", memory: "64Mi" }),
          securityContext: RESTRICTED_CONTAINER,
          volumeMounts: [secret, scratchMount(KEYS)],
        },
      ],
    },
  };
}

function copyScript(from: string, to: string): string {
  return [
    `const fs = require("node:fs");`,
    `fs.rmSync("${to}", { force: true });`,
    `fs.writeFileSync("${to}", fs.readFileSync("${from}"), { mode: 0o400 });`,
  ].join(" ");
}
