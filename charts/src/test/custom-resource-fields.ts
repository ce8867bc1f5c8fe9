/** A leaf, a list of one shape, a map with names of our own, or an object with these fields and no others. */
export type Shape = "leaf" | readonly [Shape] | { readonly any: Shape } | Fields;
export interface Fields {
  readonly [name: string]: Shape;
}

const rules: Fields = {
  stabilizationWindowSeconds: "leaf",
  selectPolicy: "leaf",
  policies: [{ type: "leaf", value: "leaf", periodSeconds: "leaf" }],
};
const selectors: Shape = [{ tags: { any: "leaf" } }];

/** The fields of `spec` that the custom resources' own definitions know, as far as we use them (platform.md 1 and 2.5). */
export const KNOWN_FIELDS: Readonly<Record<string, Fields>> = {
  ScaledObject: {
    scaleTargetRef: { apiVersion: "leaf", kind: "leaf", name: "leaf" },
    pollingInterval: "leaf",
    cooldownPeriod: "leaf",
    minReplicaCount: "leaf",
    maxReplicaCount: "leaf",
    fallback: { failureThreshold: "leaf", replicas: "leaf", behavior: "leaf" },
    advanced: {
      horizontalPodAutoscalerConfig: { behavior: { scaleUp: rules, scaleDown: rules } },
    },
    triggers: [
      {
        type: "leaf",
        name: "leaf",
        metricType: "leaf",
        authenticationRef: { name: "leaf" },
        metadata: {
          queueURL: "leaf",
          queueLength: "leaf",
          activationQueueLength: "leaf",
          awsRegion: "leaf",
          awsEndpoint: "leaf",
          scaleOnInFlight: "leaf",
        },
      },
    ],
  },
  TriggerAuthentication: {
    podIdentity: { provider: "leaf" },
    secretTargetRef: [{ parameter: "leaf", name: "leaf", key: "leaf" }],
  },
  NodePool: {
    weight: "leaf",
    limits: { cpu: "leaf", memory: "leaf" },
    disruption: {
      consolidationPolicy: "leaf",
      consolidateAfter: "leaf",
      budgets: [{ nodes: "leaf", reasons: ["leaf"] }],
    },
    template: {
      metadata: { labels: { any: "leaf" } },
      spec: {
        nodeClassRef: { group: "leaf", kind: "leaf", name: "leaf" },
        requirements: [{ key: "leaf", operator: "leaf", values: ["leaf"], minValues: "leaf" }],
        taints: [{ key: "leaf", value: "leaf", effect: "leaf" }],
        expireAfter: "leaf",
        terminationGracePeriod: "leaf",
      },
    },
  },
  EC2NodeClass: {
    role: "leaf",
    amiSelectorTerms: [{ alias: "leaf" }],
    subnetSelectorTerms: selectors,
    securityGroupSelectorTerms: selectors,
    metadataOptions: { httpEndpoint: "leaf", httpTokens: "leaf", httpPutResponseHopLimit: "leaf" },
    blockDeviceMappings: [
      {
        deviceName: "leaf",
        ebs: {
          volumeSize: "leaf",
          volumeType: "leaf",
          encrypted: "leaf",
          deleteOnTermination: "leaf",
        },
      },
    ],
    tags: { any: "leaf" },
  },
  ClusterSecretStore: {
    provider: { aws: { service: "leaf", region: "leaf" } },
    conditions: [{ namespaces: ["leaf"] }],
  },
  ExternalSecret: {
    refreshInterval: "leaf",
    secretStoreRef: { kind: "leaf", name: "leaf" },
    target: { name: "leaf", creationPolicy: "leaf", deletionPolicy: "leaf" },
    data: [{ secretKey: "leaf", remoteRef: { key: "leaf", property: "leaf" } }],
  },
  AppProject: {
    description: "leaf",
    sourceRepos: ["leaf"],
    destinations: [{ server: "leaf", namespace: "leaf" }],
    clusterResourceWhitelist: [{ group: "leaf", kind: "leaf" }],
  },
  Application: {
    project: "leaf",
    revisionHistoryLimit: "leaf",
    source: {
      repoURL: "leaf",
      targetRevision: "leaf",
      path: "leaf",
      chart: "leaf",
      directory: { recurse: "leaf", include: "leaf" },
      // Values are the chart's own business.
      helm: { releaseName: "leaf", valuesObject: "leaf" },
    },
    destination: { server: "leaf", namespace: "leaf" },
    syncPolicy: {
      automated: { prune: "leaf", selfHeal: "leaf" },
      syncOptions: ["leaf"],
      managedNamespaceMetadata: { labels: { any: "leaf" } },
      retry: { limit: "leaf", backoff: { duration: "leaf", factor: "leaf", maxDuration: "leaf" } },
    },
  },
};

/** Paths of the fields that `shape` does not know. */
export function unknownFields(value: unknown, shape: Shape, path: string): string[] {
  if (shape === "leaf") return [];
  if (isList(shape)) {
    if (!Array.isArray(value)) return [path];
    return value.flatMap((item, index) => unknownFields(item, shape[0], `${path}[${index}]`));
  }
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, item]) => {
    const known = "any" in shape ? shape.any : shape[name];
    return known === undefined
      ? [`${path}.${name}`]
      : unknownFields(item, known, `${path}.${name}`);
  });
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
