import { ApiObject } from "cdk8s";
import type { Construct } from "constructs";
import { metadataOf, type ObjectName } from "../constructs/metadata.ts";

/**
 * A custom resource: `spec` is one of the interfaces beside this file, so that the compiler refuses a misspelt field.
 * The interfaces hold the fields we use, no more.
 */
export function customResource<Spec extends object>(
  scope: Construct,
  id: string,
  type: { readonly apiVersion: string; readonly kind: string },
  object: ObjectName & { readonly spec: Spec },
): ApiObject {
  const { spec, ...name } = object;
  return new ApiObject(scope, id, {
    ...type,
    metadata: metadataOf(name) as object,
    spec,
  });
}
