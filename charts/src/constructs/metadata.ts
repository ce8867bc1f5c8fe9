import type { k8s } from "cdk8s-plus-29";

/** Everything of the project is found by this. */
const PART_OF = "weft";
/** Labels, taints and priority classes of our own: Karpenter reserves its domains. */
export const DOMAIN = "weft.finance";

export type Component =
  | "dispatching"
  | "indexing"
  | "liquidation"
  | "platform"
  | "telemetry"
  | "delivery"
  | "nodes";

export interface ObjectName {
  readonly name: string;
  readonly component: Component;
  /** Absent for what belongs to the whole cluster. */
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The one label by which an application's pods are selected: selectors cannot be changed later. */
export function selectorOf(name: string): Record<string, string> {
  return { "app.kubernetes.io/name": name };
}

export function labelsOf(name: string, component: Component): Record<string, string> {
  return {
    ...selectorOf(name),
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/part-of": PART_OF,
    "app.kubernetes.io/managed-by": "cdk8s",
  };
}

export function metadataOf(object: ObjectName): k8s.ObjectMeta {
  const { name, component, namespace, annotations, labels } = object;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...labelsOf(name, component), ...labels },
    ...(annotations === undefined ? {} : { annotations }),
  };
}
