import type { ResourceType } from "./custom-resource.ts";

/** external-secrets.io/v1, as of External Secrets 2.7. */
const apiVersion = "external-secrets.io/v1";
export const CLUSTER_SECRET_STORE: ResourceType<ClusterSecretStoreSpec> = {
  apiVersion,
  kind: "ClusterSecretStore",
};
export const EXTERNAL_SECRET: ResourceType<ExternalSecretSpec> = {
  apiVersion,
  kind: "ExternalSecret",
};

/** Without an `auth` block the operator's own Pod Identity is used. */
interface ClusterSecretStoreSpec {
  readonly provider: {
    readonly aws: { readonly service: "SecretsManager"; readonly region: string };
  };
  /** The only namespaces whose secrets may come from here. */
  readonly conditions: readonly { readonly namespaces: readonly string[] }[];
}

interface ExternalSecretSpec {
  readonly refreshInterval: string;
  readonly secretStoreRef: { readonly kind: "ClusterSecretStore"; readonly name: string };
  readonly target: {
    readonly name: string;
    readonly creationPolicy: "Owner";
    readonly deletionPolicy: "Retain";
  };
  readonly data: readonly {
    readonly secretKey: string;
    readonly remoteRef: { readonly key: string; readonly property: string };
  }[];
}
