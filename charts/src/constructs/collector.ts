import { createHash } from "node:crypto";
import { k8s } from "cdk8s-plus-29";
import { Construct } from "constructs";
import {
  COLLECTOR_PORT,
  CREDENTIALS_PATH,
  collectorConfig,
} from "../collector/collector-config.ts";
import type { Context } from "../context.ts";
import { disruptionBudget } from "./disruption-budget.ts";
import { serviceAccount } from "./identity.ts";
import { labelsOf, metadataOf, type ObjectName, selectorOf } from "./metadata.ts";
import { placementOf } from "./placement.ts";
import {
  RESTRICTED_CONTAINER,
  resourcesOf,
  restrictedPod,
  type Scratch,
  scratchMount,
  scratchVolume,
  spread,
} from "./pod.ts";

/** `alloy` in Alloy's image and `grafana-agent` in the Agent's. */
const COLLECTOR_UID = 473;
const CONFIG_PATH = "/etc/weft-collector";
const CONFIG_FILE = "config.alloy";
const STORAGE: Scratch = { name: "storage", path: "/var/lib/collector", size: "1Gi" };
const TMP: Scratch = { name: "tmp", path: "/tmp", size: "64Mi" };

export interface CollectorOptions {
  readonly context: Context;
  readonly object: ObjectName & { readonly namespace: string };
  readonly collector: "alloy" | "grafana-agent";
  /** The Secret with the credentials, one file each. */
  readonly credentialsSecret: string;
}

/** One pod that gathers metrics and logs and ships them. Two would send everything twice. */
export class Collector extends Construct {
  constructor(scope: Construct, id: string, options: CollectorOptions) {
    super(scope, id);
    const { context, object } = options;
    const config = collectorConfig(context);
    serviceAccount(this, object);
    disruptionBudget(this, object);
    new k8s.KubeConfigMap(this, "config", {
      metadata: metadataOf(object),
      data: { [CONFIG_FILE]: config },
    });
    new k8s.KubeDeployment(this, "deployment", {
      metadata: metadataOf(object),
      spec: {
        replicas: 1,
        revisionHistoryLimit: 3,
        strategy: { type: "Recreate" },
        selector: { matchLabels: selectorOf(object.name) },
        template: {
          metadata: {
            labels: labelsOf(object.name, object.component),
            // A new configuration is a new pod.
            annotations: { "weft.finance/config": hashOf(config) },
          },
          spec: podSpec(options),
        },
      },
    });
  }
}

function podSpec({ context, object, collector, credentialsSecret }: CollectorOptions): k8s.PodSpec {
  const { name } = object;
  const mount = (volume: string, mountPath: string) => ({
    name: volume,
    mountPath,
    readOnly: true,
  });
  return {
    serviceAccountName: name,
    // Discovery and logs go through the API server.
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    priorityClassName: "weft-standard",
    terminationGracePeriodSeconds: 30,
    // The credentials are mounted for root and this group.
    securityContext: { ...restrictedPod(COLLECTOR_UID), fsGroup: COLLECTOR_UID },
    ...placementOf(context, "on-demand"),
    topologySpreadConstraints: spread(name),
    containers: [
      {
        name,
        image: context.image(collector),
        imagePullPolicy: "IfNotPresent",
        ...spellingOf(collector),
        ports: [{ name: "http", containerPort: COLLECTOR_PORT }],
        ...probes(),
        resources: resourcesOf({ cpu: "250m", memory: "512Mi" }),
        securityContext: RESTRICTED_CONTAINER,
        volumeMounts: [
          mount("config", CONFIG_PATH),
          mount("credentials", CREDENTIALS_PATH),
          scratchMount(STORAGE),
          scratchMount(TMP),
        ],
      },
    ],
    volumes: [
      { name: "config", configMap: { name } },
      { name: "credentials", secret: { secretName: credentialsSecret, defaultMode: 0o440 } },
      scratchVolume(STORAGE),
      scratchVolume(TMP),
    ],
  };
}

/** The two programs read the same configuration; what starts them differs. */
function spellingOf(collector: CollectorOptions["collector"]): Pick<k8s.Container, "args" | "env"> {
  const args = [
    "run",
    `${CONFIG_PATH}/${CONFIG_FILE}`,
    `--storage.path=${STORAGE.path}`,
    `--server.http.listen-addr=0.0.0.0:${COLLECTOR_PORT}`,
    "--disable-reporting",
  ];
  if (collector === "grafana-agent") return { args, env: [{ name: "AGENT_MODE", value: "flow" }] };
  return { args: [...args, "--stability.level=generally-available"] };
}

function probes(): Pick<k8s.Container, "startupProbe" | "livenessProbe" | "readinessProbe"> {
  const port = k8s.IntOrString.fromString("http");
  return {
    startupProbe: { httpGet: { path: "/-/ready", port }, periodSeconds: 2, failureThreshold: 60 },
    livenessProbe: { tcpSocket: { port }, periodSeconds: 20, timeoutSeconds: 2 },
    readinessProbe: { httpGet: { path: "/-/ready", port }, periodSeconds: 10, timeoutSeconds: 2 },
  };
}

function hashOf(config: string): string {
  return createHash("sha256").update(config).digest("hex").slice(0, 16);
}
