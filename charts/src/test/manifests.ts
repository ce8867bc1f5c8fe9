import { type Environment, kind, mainnet, stokenet } from "@weft/environments";
import type { IPodTemplateSpec } from "kubernetes-models/v1";
import { parseAllDocuments } from "yaml";
import type { ImageLock } from "../images.ts";
import { renderEnvironment } from "../render.ts";

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
}

export const ENVIRONMENTS = { kind, stokenet, mainnet } as const;

/** Every image has one, as after a delivery. */
const LOCK: ImageLock = Object.fromEntries(
  ["dispatcher", "indexer", "liquidator", "alloy", "grafana-agent", "pause"].map((name) => [
    name,
    `sha256:${"ab".repeat(32)}`,
  ]),
);

/** The objects of an environment as a cluster reads them: from the text. */
export function manifestsOf(env: Environment): Manifest[] {
  const files = renderEnvironment(env, { lock: LOCK, release: true });
  return [...files.values()].flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as Manifest),
  );
}

export function ofKind<T = Manifest>(manifests: readonly Manifest[], wanted: string): T[] {
  return manifests.filter(({ kind: actual }) => actual === wanted) as T[];
}

/** @throws {Error} when there is none */
export function find<T>(manifests: readonly Manifest[], wanted: string, name: string): T {
  const found = ofKind(manifests, wanted).find((manifest) => manifest.metadata.name === name);
  if (found === undefined) throw new Error(`no ${wanted} ${name}`);
  return found as T;
}

export function titleOf({ kind: own, metadata }: Manifest): string {
  return `${own} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

export interface PodOwner {
  readonly title: string;
  readonly owner: Manifest;
  readonly namespace: string;
  readonly template: IPodTemplateSpec;
}

/** Whatever makes pods, and the pods it makes. */
export function podOwners(manifests: readonly Manifest[]): PodOwner[] {
  return manifests.flatMap((owner) => {
    const template = templateOf(owner);
    if (template === undefined) return [];
    const namespace = owner.metadata.namespace ?? "";
    return [{ title: titleOf(owner), owner, namespace, template }];
  });
}

function templateOf(manifest: Manifest): IPodTemplateSpec | undefined {
  const { spec } = manifest as {
    spec?: {
      template?: IPodTemplateSpec;
      jobTemplate?: { spec: { template: IPodTemplateSpec } };
    };
  };
  if (manifest.kind === "Deployment") return spec?.template;
  if (manifest.kind === "CronJob") return spec?.jobTemplate?.spec.template;
  return undefined;
}

export function containersOf({ template }: PodOwner) {
  const spec = template.spec;
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

/** Whether labels are picked by a selector of `matchLabels`; an empty one picks all. */
export function selects(
  selector: { matchLabels?: Record<string, string> } | undefined,
  labels: Record<string, string> | undefined,
): boolean {
  return Object.entries(selector?.matchLabels ?? {}).every(
    ([name, value]) => labels?.[name] === value,
  );
}
