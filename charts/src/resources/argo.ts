import type { ResourceType } from "./custom-resource.ts";

/** argoproj.io/v1alpha1, as of Argo CD 3.5. */
const apiVersion = "argoproj.io/v1alpha1";
export const APPLICATION: ResourceType<ApplicationSpec> = { apiVersion, kind: "Application" };
export const APP_PROJECT: ResourceType<AppProjectSpec> = { apiVersion, kind: "AppProject" };

export interface DirectorySource {
  readonly repoURL: string;
  readonly targetRevision: string;
  readonly path: string;
  readonly directory: { readonly recurse: false; readonly include: string };
}

export interface HelmSource {
  readonly repoURL: string;
  readonly chart: string;
  readonly targetRevision: string;
  readonly helm: {
    readonly releaseName: string;
    readonly valuesObject: Readonly<Record<string, unknown>>;
  };
}

export interface ApplicationSpec {
  readonly project: string;
  readonly source: DirectorySource | HelmSource;
  readonly destination: { readonly server: string; readonly namespace: string };
  readonly revisionHistoryLimit: number;
  readonly syncPolicy: {
    readonly automated: { readonly prune: true; readonly selfHeal: true };
    readonly syncOptions: readonly string[];
    readonly managedNamespaceMetadata?: { readonly labels: Readonly<Record<string, string>> };
    readonly retry: {
      readonly limit: number;
      readonly backoff: {
        readonly duration: string;
        readonly factor: number;
        readonly maxDuration: string;
      };
    };
  };
}

export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

interface AppProjectSpec {
  readonly description: string;
  readonly sourceRepos: readonly string[];
  readonly destinations: readonly { readonly server: string; readonly namespace: string }[];
  readonly clusterResourceWhitelist: readonly GroupKind[];
}
