import { mebibytes, type Resources } from "@weft/environments";
import { k8s } from "cdk8s-plus-29";

/** `nonroot` of the distroless images. */
const NON_ROOT = 65_532;

/** What Pod Security "restricted" asks of a pod. */
export function restrictedPod(uid = NON_ROOT): k8s.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: uid,
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** What Pod Security "restricted" asks of a container, and a root file system that cannot be written. */
export const RESTRICTED_CONTAINER: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  privileged: false,
  readOnlyRootFilesystem: true,
};

/** Memory is limited to what was asked for; CPU is not, as throttling would only make work late. */
export function resourcesOf({ cpu, memory }: Resources): k8s.ResourceRequirements {
  const [asked, limit] = [quantity(memory), quantity(memory)];
  return { requests: { cpu: quantity(cpu), memory: asked }, limits: { memory: limit } };
}

export const quantity = (text: string) => k8s.Quantity.fromString(text);

/** A directory that can be written, of at most `size`; memory counts against the container's limit. */
export interface Scratch {
  readonly name: string;
  readonly path: string;
  readonly size: string;
  readonly inMemory?: boolean;
}

export function scratchVolume({ name, size, inMemory }: Scratch): k8s.Volume {
  if (mebibytes(size) > 1_024)
    throw new RangeError(`scratch volume ${name} of ${size}: at most 1Gi`);
  return {
    name,
    emptyDir: { sizeLimit: quantity(size), ...(inMemory === true ? { medium: "Memory" } : {}) },
  };
}

export function scratchMount({ name, path }: Scratch): k8s.VolumeMount {
  return { name, mountPath: path };
}

/** Variables in alphabetical order, which is the order of a diff. */
export function variablesOf(variables: Readonly<Record<string, string>>): k8s.EnvVar[] {
  return Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
}

/**
 * Over zones and nodes as well as can be; strictly over nodes, where a number of them is given that there must be.
 * Without that number the scheduler knows only the nodes that are there, and would find one node evenly filled.
 */
export function spread(name: string, minNodes?: number): k8s.TopologySpreadConstraint[] {
  const over = (topologyKey: string, strictness: object) => ({
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    ...strictness,
    maxSkew: 1,
    labelSelector: { matchLabels: { "app.kubernetes.io/name": name } },
    // A rollout's two generations are spread each by itself.
    matchLabelKeys: ["pod-template-hash"],
  });
  return [
    over("topology.kubernetes.io/zone", {}),
    over(
      "kubernetes.io/hostname",
      minNodes === undefined ? {} : { whenUnsatisfiable: "DoNotSchedule", minDomains: minNodes },
    ),
  ];
}
