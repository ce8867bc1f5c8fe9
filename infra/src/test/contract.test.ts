import { mainnet, namesOf, stokenet } from "@weft/environments";
import { beforeAll, describe, expect, test } from "vitest";
import {
  find,
  type Manifest,
  manifestsOf,
  ofKind,
  podOwners,
} from "../../../charts/src/test/manifests.ts";
import type { Templates } from "../templates.ts";
import { type Placed, resourcesOf, templatesOf } from "./synthesized.ts";

/** Manifests and infrastructure meet in names only. What `dist/` has is what is rendered here: charts' own tests hold that. */
describe.each([stokenet, mainnet])("$name", (env) => {
  const manifests = manifestsOf(env);
  let templates: Templates;

  beforeAll(async () => {
    templates = await templatesOf(env);
  });

  const named = (type: string, property: string) =>
    resourcesOf(templates, type).map(({ properties }) => properties[property]);

  test("every service account has exactly one role, and every role one service account", () => {
    const associations = resourcesOf(templates, "AWS::EKS::PodIdentityAssociation");
    const accounts = associations.map(
      ({ properties }) => `${properties.Namespace}/${properties.ServiceAccount}`,
    );
    expect(accounts.sort()).toEqual(serviceAccounts(manifests));
    expect(new Set(associations.map(({ properties }) => properties.RoleArn)).size).toBe(7);
    expect(new Set(associations.map(({ properties }) => properties.ClusterName))).toEqual(
      new Set([namesOf(env).cluster]),
    );
  });

  test("every queue, bucket and table that a program is told of is there", () => {
    const told = (suffix: string) => variables(manifests, (name) => name.endsWith(suffix));
    const queues = named("AWS::SQS::Queue", "QueueName");
    expect(told("_QUEUE").length).toBeGreaterThanOrEqual(6);
    for (const queue of told("_QUEUE")) expect(queues).toContain(queue);
    for (const bucket of told("_BUCKET"))
      expect(named("AWS::S3::Bucket", "BucketName")).toContain(bucket);
    for (const table of told("_TABLE"))
      expect(named("AWS::DynamoDB::Table", "TableName")).toContain(table);
    expect(told("_TABLE")).toHaveLength(3);
  });

  test("KEDA and the collector look at queues that are there", () => {
    const queues = named("AWS::SQS::Queue", "QueueName");
    const scaled = ofKind<Manifest & { spec: { triggers: { metadata: { queueURL: string } }[] } }>(
      manifests,
      "ScaledObject",
    ).flatMap(({ spec }) => spec.triggers.map(({ metadata }) => metadata.queueURL));
    const watched = [
      ...JSON.stringify(ofKind(manifests, "ConfigMap")).matchAll(
        /\\"QueueName\\" = \\"([^"\\]+)\\"/g,
      ),
    ];
    expect(scaled).toHaveLength(2);
    expect(watched).toHaveLength(4);
    for (const queue of [...scaled, ...watched.map(([, name]) => name)])
      expect(queues).toContain(queue);
  });

  test("Karpenter is told of the cluster and the queue, and its node class of role and tags, that are there", () => {
    const { spec } = find<KarpenterApplication>(manifests, "Application", "karpenter");
    const { clusterName, interruptionQueue } = spec.source.helm.valuesObject.settings;
    expect(named("AWS::EKS::Cluster", "Name")).toEqual([clusterName]);
    expect(named("AWS::SQS::Queue", "QueueName")).toContain(interruptionQueue);
    const nodes = find<NodeClass>(manifests, "EC2NodeClass", "weft").spec;
    expect(named("AWS::IAM::Role", "RoleName")).toContain(nodes.role);
    for (const [type, terms] of [
      ["AWS::EC2::Subnet", nodes.subnetSelectorTerms],
      ["AWS::EC2::SecurityGroup", nodes.securityGroupSelectorTerms],
    ] as const) {
      const tags = resourcesOf(templates, type).flatMap(({ properties }) => properties.Tags);
      for (const [Key, Value] of terms.flatMap((term) => Object.entries(term.tags))) {
        expect(tags).toContainEqual({ Key, Value });
      }
    }
  });

  test("nodes that Karpenter starts bear the tags that bills are split by", () => {
    const { tags } = find<NodeClass>(manifests, "EC2NodeClass", "weft").spec;
    expect(tags).toMatchObject({ "weft:environment": env.name, "weft:component": "nodes" });
  });

  test("operators tolerate what taints the system nodes, and start on no others", () => {
    const [group] = resourcesOf(templates, "AWS::EKS::Nodegroup");
    expect(group?.properties.Taints).toEqual([
      { Key: "CriticalAddonsOnly", Value: "true", Effect: "NO_SCHEDULE" },
    ]);
    const text = JSON.stringify(find(manifests, "Application", "karpenter"));
    expect(text).toContain('"tolerations":[{"key":"CriticalAddonsOnly","operator":"Exists"}]');
  });

  test.each(["indexer", "liquidator"])(
    "%s: a message stays hidden for what its program thinks, and while it ends",
    (program) => {
      const { container, grace } = podOf(manifests, program);
      const value = (name: string) => container.env?.find((one) => one.name === name)?.value;
      const queueName = value(program === "indexer" ? "INDEX_QUEUE" : "LIQUIDATION_QUEUE");
      const deadName = value(
        program === "indexer" ? "INDEX_DEAD_LETTER_QUEUE" : "LIQUIDATION_DEAD_LETTER_QUEUE",
      );
      const queue = queueNamed(templates, queueName);
      const hidden = queue.properties.VisibilityTimeout;
      expect(String(hidden)).toBe(value("VISIBILITY_TIMEOUT_SECONDS"));
      expect(Number(hidden)).toBeGreaterThan(grace);
      const dead = queueNamed(templates, deadName);
      expect(queue.properties.RedrivePolicy).toEqual({
        deadLetterTargetArn: `<${dead.id.slice(0, -8)}.Arn>`,
        maxReceiveCount: program === "indexer" ? 10 : 50,
      });
      expect(JSON.stringify(dead.properties.RedriveAllowPolicy)).toContain(`:${queueName}"]`);
    },
  );

  test("images come from repositories that are there, or that the owner of the account makes", async () => {
    const owner = await templatesOf(mainnet);
    const repositories = resourcesOf(owner, "AWS::ECR::Repository").map(
      ({ properties }) => properties.RepositoryName,
    );
    for (const program of ["dispatcher", "indexer", "liquidator"]) {
      const { image = "" } = podOf(manifests, program).container;
      expect(repositories).toContain(image.replace(/^[^/]+\//, "").replace(/[:@].*$/, ""));
    }
  });
});

interface KarpenterApplication {
  spec: {
    source: {
      helm: { valuesObject: { settings: { clusterName: string; interruptionQueue: string } } };
    };
  };
}

interface NodeClass {
  spec: {
    role: string;
    tags: Record<string, string>;
    subnetSelectorTerms: { tags: Record<string, string> }[];
    securityGroupSelectorTerms: { tags: Record<string, string> }[];
  };
}

/** Keeps room, and does nothing: it has no business with AWS. */
const PLACEHOLDER = "weft/liquidator-headroom";

/** Of the manifests themselves, and of the charts that Argo CD installs. */
function serviceAccounts(manifests: readonly Manifest[]): string[] {
  const own = ofKind(manifests, "ServiceAccount").map(
    ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
  );
  const installed = ofKind<Manifest & { spec: { destination: { namespace: string } } }>(
    manifests,
    "Application",
  ).flatMap(({ spec }) => {
    const [, name] =
      /"serviceAccount":\{(?:"operator":\{)?"create":true,"name":"([^"]+)"/.exec(
        JSON.stringify(spec),
      ) ?? [];
    return name === undefined ? [] : `${spec.destination.namespace}/${name}`;
  });
  return [...own, ...installed].filter((account) => account !== PLACEHOLDER).sort();
}

function variables(manifests: readonly Manifest[], wanted: (name: string) => boolean): string[] {
  return podOwners(manifests).flatMap(({ template }) =>
    (template.spec?.containers ?? []).flatMap(({ env = [] }) =>
      env.filter(({ name }) => wanted(name)).map(({ value = "" }) => value),
    ),
  );
}

function podOf(manifests: readonly Manifest[], program: string) {
  const spec = podOwners(manifests).find(({ owner }) => owner.metadata.name === program)?.template
    .spec;
  const [container] = spec?.containers ?? [];
  if (container === undefined) throw new Error(`no pods of ${program}`);
  return { container, grace: spec?.terminationGracePeriodSeconds ?? 30 };
}

function queueNamed(templates: Templates, name: string | undefined): Placed {
  const found = resourcesOf(templates, "AWS::SQS::Queue").find(
    ({ properties }) => properties.QueueName === name,
  );
  if (found === undefined) throw new Error(`no queue ${name}`);
  return found;
}
