import type { Construct } from "constructs";
import {
  APPLICATION,
  type ApplicationSpec,
  type DirectorySource,
  type HelmSource,
} from "../resources/argo.ts";
import { customResource } from "../resources/custom-resource.ts";

/** The cluster that Argo CD itself runs in. */
export const IN_CLUSTER = "https://kubernetes.default.svc";

export interface ArgoApplicationOptions {
  readonly name: string;
  /** Where Argo CD looks for Applications. */
  readonly namespace: string;
  readonly project: string;
  readonly source: DirectorySource | HelmSource;
  readonly targetNamespace: string;
  /** Labels of the target namespace, which is then made by the sync. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly syncOptions?: readonly string[];
}

/** Kept as it stands in Git: what is changed by hand is put back, what is removed there is removed here. */
export function argoApplication(scope: Construct, options: ArgoApplicationOptions): void {
  const { name, namespace, namespaceLabels, syncOptions = [] } = options;
  const spec: ApplicationSpec = {
    project: options.project,
    source: options.source,
    destination: { server: IN_CLUSTER, namespace: options.targetNamespace },
    revisionHistoryLimit: 5,
    syncPolicy: {
      automated: { prune: true, selfHeal: true },
      syncOptions: [
        // CRDs do not fit into the annotation of a client-side apply.
        "ServerSideApply=true",
        "PruneLast=true",
        ...(namespaceLabels === undefined ? [] : ["CreateNamespace=true"]),
        ...syncOptions,
      ],
      ...(namespaceLabels === undefined
        ? {}
        : { managedNamespaceMetadata: { labels: namespaceLabels } }),
      retry: { limit: 10, backoff: { duration: "10s", factor: 2, maxDuration: "3m" } },
    },
  };
  customResource(scope, `application-${name}`, APPLICATION, {
    name,
    namespace,
    component: "delivery",
    spec,
  });
}
