import { ApiObject } from "cdk8s";
import type { Construct } from "constructs";
import { metadataOf, type ObjectName } from "../constructs/metadata.ts";

/** A kind of custom resource, and what its `spec` may hold. */
export interface ResourceType<Spec extends object> {
  readonly apiVersion: string;
  readonly kind: string;
  /** Never there: it ties the kind to its fields. */
  readonly spec?: Spec;
}

/**
 * A custom resource. Its `spec` is one of the interfaces beside this file, so that the compiler refuses a misspelt field;
 * they hold the fields we use, no more.
 */
export function customResource<Spec extends object>(
  scope: Construct,
  id: string,
  { apiVersion, kind }: ResourceType<Spec>,
  object: ObjectName & { readonly spec: NoInfer<Spec> },
): void {
  const { spec, ...name } = object;
  new ApiObject(scope, id, { apiVersion, kind, metadata: metadataOf(name) as object, spec });
}
