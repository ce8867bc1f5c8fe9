import { ApiObject } from "cdk8s";
import type { IConstruct } from "constructs";

const WAVE_ANNOTATION = "argocd.argoproj.io/sync-wave";

/** What must be there before what, by kind. */
const WAVES: Readonly<Record<string, number>> = {
  Namespace: -10,
  ResourceQuota: -10,
  PriorityClass: -10,
  AppProject: -10,
  Application: -5,
  ServiceAccount: 0,
  Secret: 0,
  ConfigMap: 0,
  ClusterRole: 0,
  ClusterRoleBinding: 0,
  Role: 0,
  RoleBinding: 0,
  NetworkPolicy: 0,
  EC2NodeClass: 0,
  NodePool: 0,
  ClusterSecretStore: 0,
  ExternalSecret: 1,
  Deployment: 5,
  CronJob: 5,
  PodDisruptionBudget: 5,
  TriggerAuthentication: 9,
  ScaledObject: 10,
};

/**
 * Puts every object below `root` into its wave of an Argo CD sync.
 *
 * @throws {Error} for a kind without a wave
 */
export function assignSyncWaves(root: IConstruct): void {
  for (const node of root.node.findAll()) {
    if (!ApiObject.isApiObject(node)) continue;
    const wave = WAVES[node.kind];
    if (wave === undefined) throw new Error(`no sync wave for ${node.kind} ${node.name}`);
    node.metadata.addAnnotation(WAVE_ANNOTATION, String(wave));
  }
}
