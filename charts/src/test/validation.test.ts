import { Application, AppProject } from "@kubernetes-models/argo-cd/argoproj.io/v1alpha1";
import { EC2NodeClass } from "@kubernetes-models/karpenter/karpenter.k8s.aws/v1";
import { NodePool } from "@kubernetes-models/karpenter/karpenter.sh/v1";
import { ScaledObject, TriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { mainnet } from "@weft/environments";
import { Deployment } from "kubernetes-models/apps/v1";
import { CronJob } from "kubernetes-models/batch/v1";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
} from "kubernetes-models/rbac.authorization.k8s.io/v1";
import { PriorityClass } from "kubernetes-models/scheduling.k8s.io/v1";
import {
  ConfigMap,
  Namespace,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
} from "kubernetes-models/v1";
import { describe, expect, test } from "vitest";
import { KNOWN_FIELDS, unknownFields } from "./custom-resource-fields.ts";
import { ENVIRONMENTS, find, type Manifest, manifestsOf, titleOf } from "./manifests.ts";

/** By apiVersion and kind; External Secrets has no published validator, and is held to its known fields alone. */
const VALIDATORS: ReadonlyMap<string, (manifest: Manifest) => void> = new Map(
  [
    ...[Namespace, Service, ServiceAccount, ConfigMap, Secret, ResourceQuota, Deployment, CronJob],
    ...[NetworkPolicy, PodDisruptionBudget, PriorityClass],
    ...[ClusterRole, ClusterRoleBinding, Role, RoleBinding],
    ...[ScaledObject, TriggerAuthentication, NodePool, EC2NodeClass, AppProject, Application],
  ].map((Model) => [
    `${Model.apiVersion} ${Model.kind}`,
    (manifest) => new (Model as new (data: Manifest) => { validate(): void })(manifest).validate(),
  ]),
);
const WITHOUT_VALIDATOR = [
  "external-secrets.io/v1 ClusterSecretStore",
  "external-secrets.io/v1 ExternalSecret",
];

function validate(manifest: Manifest): void {
  const type = `${manifest.apiVersion} ${manifest.kind}`;
  const validator = VALIDATORS.get(type);
  if (validator !== undefined) validator(manifest);
  else if (!WITHOUT_VALIDATOR.includes(type)) throw new Error(`no validator for ${type}`);
}

function strangeFields(manifest: Manifest): string[] {
  const shape = KNOWN_FIELDS[manifest.kind];
  if (shape === undefined) return [];
  const {
    spec,
    apiVersion: _,
    kind: __,
    metadata: ___,
    ...rest
  } = manifest as Manifest & {
    spec?: unknown;
  };
  return [...Object.keys(rest), ...unknownFields(spec, shape, "spec")];
}

describe.each(Object.values(ENVIRONMENTS))("$name", (env) => {
  test.each(manifestsOf(env).map((manifest) => [titleOf(manifest), manifest] as const))(
    "%s is valid",
    (_, manifest) => {
      expect(() => validate(manifest)).not.toThrow();
      expect(strangeFields(manifest)).toEqual([]);
    },
  );
});

test("every custom resource is held to its known fields", () => {
  const custom = manifestsOf(mainnet).filter(
    ({ apiVersion }) => apiVersion.includes(".") && !apiVersion.includes(".k8s.io/"),
  );
  expect([...new Set(custom.map(({ kind }) => kind))].sort()).toEqual(
    Object.keys(KNOWN_FIELDS).sort(),
  );
});

describe("what a cluster would refuse is refused here", () => {
  const scaledObject = () =>
    structuredClone(
      find<Manifest & { spec: object }>(manifestsOf(mainnet), "ScaledObject", "indexer"),
    );

  test("a number where KEDA wants text", () => {
    const faulty = scaledObject();
    const metadata = { queueURL: "q", queueLength: 30 };
    Object.assign(faulty.spec, { triggers: [{ type: "aws-sqs-queue", metadata }] });
    expect(() => validate(faulty)).toThrow("queueLength");
  });

  test("a misspelt field of a custom resource", () => {
    const faulty = scaledObject();
    Object.assign(faulty.spec, { pollIntervall: 5 });
    expect(strangeFields(faulty)).toEqual(["spec.pollIntervall"]);
  });

  test("a kind that nobody validates", () => {
    const stranger = { apiVersion: "v1", kind: "Pod", metadata: { name: "stranger" } };
    expect(() => validate(stranger)).toThrow("no validator for v1 Pod");
  });
});
