import { LOCAL_STACK } from "@weft/environments";
import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import { disruptionBudget } from "../constructs/disruption-budget.ts";
import { serviceAccount } from "../constructs/identity.ts";
import { labelsOf, metadataOf, selectorOf } from "../constructs/metadata.ts";
import { allowFlows, type Flow } from "../constructs/network-policy.ts";
import {
  RESTRICTED_CONTAINER,
  resourcesOf,
  restrictedPod,
  scratchMount,
  scratchVolume,
  spread,
  variablesOf,
} from "../constructs/pod.ts";
import { OPS_PORT, opsServer, TMP } from "../constructs/program-pod.ts";
import { LOCAL_RESOURCES } from "../constructs/quota.ts";
import type { Context } from "../context.ts";

const NAME = LOCAL_STACK.service;
/** The rest of its memory is for what lies outside the heap: the objects of S3. */
const HEAP_MEBIBYTES = 768;
const PORT_NAMES: Readonly<Record<keyof typeof LOCAL_STACK.ports, string>> = {
  gateway: "gateway",
  sqsS3: "sqs-s3",
  dynamodb: "dynamodb",
};

/**
 * What stands in for AWS and for the ledger on a cluster of one machine: SQS, S3, DynamoDB and the ledger simulator in
 * one pod. It keeps nothing: a new pod is a new ledger with empty queues.
 */
export function localStack(scope: Construct, context: Context): void {
  const object = {
    name: NAME,
    namespace: context.names.namespaces.workloads,
    component: "platform" as const,
  };
  serviceAccount(scope, object);
  service(scope, object);
  deployment(scope, context, object);
  disruptionBudget(scope, object);
  allowFlows(scope, object, { ingress: callers(context), egress: [] });
}

type LocalObject = Parameters<typeof serviceAccount>[1];

const ports = Object.entries(LOCAL_STACK.ports).map(([key, number]) => ({
  name: PORT_NAMES[key as keyof typeof PORT_NAMES],
  number,
}));

function service(scope: Construct, object: LocalObject): void {
  new k8s.KubeService(scope, "service", {
    metadata: metadataOf(object),
    spec: {
      type: "ClusterIP",
      selector: selectorOf(NAME),
      ports: ports.map(({ name, number }) => ({
        name,
        port: number,
        targetPort: k8s.IntOrString.fromString(name),
        protocol: "TCP",
      })),
    },
  });
}

function deployment(scope: Construct, context: Context, object: LocalObject): void {
  new k8s.KubeDeployment(scope, "deployment", {
    metadata: metadataOf(object),
    spec: {
      replicas: 1,
      revisionHistoryLimit: 2,
      // Two at once would be two ledgers behind one name.
      strategy: { type: "Recreate" },
      selector: { matchLabels: selectorOf(NAME) },
      template: {
        metadata: { labels: labelsOf(NAME, object.component) },
        spec: {
          serviceAccountName: object.name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          priorityClassName: "weft-standard",
          terminationGracePeriodSeconds: 10,
          securityContext: restrictedPod(),
          topologySpreadConstraints: spread(NAME),
          containers: [container(context)],
          volumes: [scratchVolume(TMP)],
        },
      },
    },
  });
}

function container({ image, names }: Context): k8s.Container {
  const { ports: own, ...probes } = opsServer();
  return {
    name: NAME,
    image: image("local"),
    imagePullPolicy: "IfNotPresent",
    env: variablesOf(variables(names.namespaces.workloads)),
    ports: [...own, ...ports.map(({ name, number }) => ({ name, containerPort: number }))],
    resources: resourcesOf(LOCAL_RESOURCES),
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [scratchMount(TMP)],
    ...probes,
  };
}

function variables(namespace: string): Readonly<Record<string, string>> {
  const { gateway, sqsS3, dynamodb } = LOCAL_STACK.ports;
  return {
    FUNDED_ACCOUNT: LOCAL_STACK.account,
    LOCAL_AWS_DYNAMODB_PORT: String(dynamodb),
    LOCAL_AWS_HOST: "0.0.0.0",
    // As KEDA calls it, from a namespace of its own.
    LOCAL_AWS_PUBLIC_NAME: `${NAME}.${namespace}`,
    LOCAL_AWS_SQS_S3_PORT: String(sqsS3),
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MEBIBYTES}`,
    OPS_PORT: String(OPS_PORT),
    SIMULATOR_HOST: "0.0.0.0",
    SIMULATOR_PORT: String(gateway),
  };
}

/** The three programs; and KEDA, which asks how deep the queues are. */
function callers({ names }: Context): Flow[] {
  const { dispatcher, indexer, liquidator, keda } = names.serviceAccounts;
  return [
    ...[dispatcher, indexer, liquidator].map(
      ({ namespace, name }): Flow => ({
        kind: "pods",
        peer: { namespace, app: name },
        ports: Object.values(LOCAL_STACK.ports),
      }),
    ),
    { kind: "keda", operator: keda, port: LOCAL_STACK.ports.sqsS3 },
  ];
}
