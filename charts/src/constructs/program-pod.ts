import type { Resources } from "@weft/environments";
import { k8s } from "cdk8s-plus-29";
import type { Context } from "../context.ts";
import type { ProgramName } from "../images.ts";
import { credentials, type Variables } from "../variables.ts";
import { type Component, labelsOf } from "./metadata.ts";
import { type Placement, placementOf } from "./placement.ts";
import {
  RESTRICTED_CONTAINER,
  resourcesOf,
  restrictedPod,
  type Scratch,
  scratchMount,
  scratchVolume,
  variablesOf,
} from "./pod.ts";
import type { PriorityClassName } from "./priority.ts";

/** Where a worker answers the kubelet and the collector. */
export const OPS_PORT = 9_400;

export interface ProgramPodOptions {
  readonly context: Context;
  readonly name: ProgramName;
  readonly component: Component;
  readonly variables: Variables;
  /** Variables that are not plain text. */
  readonly references?: readonly k8s.EnvVar[];
  readonly resources: Resources;
  readonly terminationGraceSeconds: number;
  readonly priority: PriorityClassName;
  readonly placement: Placement;
  /** Files that have to be there before the program starts. */
  readonly files?: PreparedFiles;
  readonly annotations?: Readonly<Record<string, string>>;
  /** A worker has an ops server and runs until it is told to stop; a task ends by itself. */
  readonly kind: "worker" | "task";
}

export interface PreparedFiles {
  readonly volumes: readonly k8s.Volume[];
  readonly mounts: readonly k8s.VolumeMount[];
  readonly initContainers: readonly k8s.Container[];
}

export const TMP: Scratch = { name: "tmp", path: "/tmp", size: "64Mi" };

/** The pod of one of our programs: unprivileged, with nothing but its variables and a scratch directory. */
export function programPod(options: ProgramPodOptions): k8s.PodTemplateSpec {
  const { context, name, component, kind, files } = options;
  const annotations = { ...(kind === "worker" ? scraped() : {}), ...options.annotations };
  return {
    metadata: {
      labels: labelsOf(name, component),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      serviceAccountName: context.names.serviceAccounts[name].name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      priorityClassName: options.priority,
      terminationGracePeriodSeconds: options.terminationGraceSeconds,
      securityContext: restrictedPod(),
      ...(kind === "task" ? { restartPolicy: "Never" } : {}),
      ...placementOf(context, options.placement),
      ...(files === undefined ? {} : { initContainers: [...files.initContainers] }),
      containers: [container(options)],
      volumes: [scratchVolume(TMP), ...(files?.volumes ?? [])],
    },
  };
}

function container(options: ProgramPodOptions): k8s.Container {
  const { context, name, variables, references = [], files, kind } = options;
  return {
    name,
    image: context.image(name),
    imagePullPolicy: "IfNotPresent",
    env: [...variablesOf(variables), ...references, ...credentials(context)],
    resources: resourcesOf(options.resources),
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [scratchMount(TMP), ...(files?.mounts ?? [])],
    ...(kind === "worker" ? opsServer() : {}),
  };
}

type Probes = Pick<k8s.Container, "startupProbe" | "livenessProbe" | "readinessProbe">;
type OpsServer = Probes & { readonly ports: k8s.ContainerPort[] };

/** Started once it answers at all, live while its loop beats, ready once its dependencies have answered. */
export function opsServer(): OpsServer {
  const get = (path: string) => ({ path, port: k8s.IntOrString.fromString("ops") });
  return {
    ports: [{ name: "ops", containerPort: OPS_PORT }],
    startupProbe: { httpGet: get("/livez"), periodSeconds: 1, failureThreshold: 60 },
    livenessProbe: {
      httpGet: get("/livez"),
      periodSeconds: 10,
      timeoutSeconds: 2,
      failureThreshold: 3,
    },
    readinessProbe: {
      httpGet: get("/readyz"),
      periodSeconds: 5,
      timeoutSeconds: 2,
      failureThreshold: 1,
    },
  };
}

function scraped(): Record<string, string> {
  return {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(OPS_PORT),
    "prometheus.io/path": "/metrics",
  };
}
