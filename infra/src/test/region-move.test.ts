import { defineEnvironment, type EnvironmentInput, mainnet, stokenet } from "@weft/environments";
import { beforeAll, expect, test } from "vitest";
import { renderEnvironment } from "../../../charts/src/render.ts";
import { place } from "../../../environments/src/place.ts";
import { contextOf } from "../context.ts";
import type { Templates } from "../templates.ts";
import { resourcesOf, templatesOf } from "./synthesized.ts";

const blocks = { "eu-west-1": "10.42.0.0/16", "eu-central-1": "10.43.0.0/16" };
const moved = defineEnvironment({
  ...mainnet,
  aws: { ...mainnet.aws, ...place("eu-central-1", blocks) },
} as EnvironmentInput);
const manifestsIn = (env: typeof mainnet) => renderEnvironment(env, { lock: {}, release: false });

let here: Templates;
let there: Templates;

beforeAll(async () => {
  [here, there] = [await templatesOf(mainnet), await templatesOf(moved)];
});

/** Of the stacks that move: the account's stays where its registry is. */
const moving = (templates: Templates) => [...templates].filter(([stack]) => stack !== "account");

test("one word says where mainnet is: the same blocks, the other region", () => {
  expect(mainnet.aws).toMatchObject(place("eu-west-1", blocks));
  expect(moved.aws).toMatchObject({
    region: "eu-central-1",
    vpcCidr: "10.43.0.0/16",
    standby: { region: "eu-west-1", vpcCidr: "10.42.0.0/16" },
  });
});

test("templates are the same there, but for the region and the addresses", () => {
  const text = JSON.stringify(moving(there));
  const back = text.replaceAll("eu-central-1", "eu-west-1").replaceAll("10.43.", "10.42.");
  expect(back).not.toBe(text);
  expect(JSON.parse(back)).toEqual(moving(here));
});

test("what the account has once stays where it is, images too, and is copied to the other region", () => {
  expect(there.get("account")).toEqual(here.get("account"));
  const [replication] = resourcesOf(here, "AWS::ECR::ReplicationConfiguration");
  expect(replication?.properties.ReplicationConfiguration).toEqual({
    Rules: [
      {
        Destinations: [{ Region: "eu-central-1", RegistryId: "<AWS::AccountId>" }],
        RepositoryFilters: [{ Filter: "weft/", FilterType: "PREFIX_MATCH" }],
      },
    ],
  });
});

/** The sum over a pod's configuration: it starts anew when that changes. */
const CHECKSUM = /^ +weft\.finance\/config: [0-9a-f]{16}$/;

test("manifests are the same there, but for what says the region", () => {
  const changes = [...manifestsIn(moved)].flatMap(([file, text]) => {
    const lines = manifestsIn(mainnet).get(file)?.split("\n") ?? [];
    const now = text.split("\n");
    expect(now).toHaveLength(lines.length);
    return now
      .map((line, index) => [lines[index] ?? "", line] as const)
      .filter(([was, is]) => was !== is)
      .map(([was, is]) => {
        if (!CHECKSUM.test(is)) expect(is).toBe(was.replaceAll("eu-west-1", "eu-central-1"));
        return `${file}: ${CHECKSUM.test(is) ? "checksum" : is.trim()}`;
      });
  });
  expect(changes).toEqual([
    "00-platform.k8s.yaml: region: eu-central-1",
    "10-node-pools.k8s.yaml: role: weft-mainnet-eu-central-1-node",
    "20-dispatcher.k8s.yaml: value: eu-central-1",
    "20-dispatcher.k8s.yaml: value: weft-mainnet-data-7be1d0-eu-central-1",
    "30-indexer.k8s.yaml: value: eu-central-1",
    "30-indexer.k8s.yaml: value: weft-mainnet-data-7be1d0-eu-central-1",
    "30-indexer.k8s.yaml: awsRegion: eu-central-1",
    "40-liquidator.k8s.yaml: value: eu-central-1",
    "40-liquidator.k8s.yaml: value: weft-mainnet-data-7be1d0-eu-central-1",
    "40-liquidator.k8s.yaml: awsRegion: eu-central-1",
    '50-telemetry.k8s.yaml: sts_region = "eu-central-1"',
    ...Array.from({ length: 4 }, () => '50-telemetry.k8s.yaml: regions = ["eu-central-1"]'),
    "50-telemetry.k8s.yaml: checksum",
  ]);
});

test("nothing that is unique in an account or in the world has the same name in both: they can exist side by side", () => {
  const names = (templates: Templates) =>
    moving(templates).flatMap(([, { Resources }]) =>
      Object.values(Resources).flatMap(({ Type, Properties = {} }) => {
        const budget = (Properties.Budget as { BudgetName?: string } | undefined)?.BudgetName;
        const name = Properties.RoleName ?? Properties.BucketName ?? budget;
        const held = ["AWS::IAM::", "AWS::S3::Bucket", "AWS::Budgets::"].some((type) =>
          Type.startsWith(type),
        );
        return held && typeof name === "string" ? [name] : [];
      }),
    );
  expect(names(here)).toHaveLength(11);
  expect(names(there).filter((name) => names(here).includes(name))).toEqual([]);
});

test("the longest name that an environment may have makes names that AWS takes", async () => {
  const { aws } = contextOf(stokenet);
  const env = defineEnvironment({
    ...stokenet,
    name: "a2345678901234567890",
    aws: { ...aws, region: "ap-southeast-1", bucketSuffix: "12345678" },
  } as EnvironmentInput);
  const templates = await templatesOf(env);
  const buckets = resourcesOf(templates, "AWS::S3::Bucket").map(({ properties }) =>
    String(properties.BucketName),
  );
  const roles = resourcesOf(templates, "AWS::IAM::Role").map(({ properties }) =>
    String(properties.RoleName ?? ""),
  );
  expect(Math.max(...buckets.map(({ length }) => length))).toBe(63);
  expect(Math.max(...roles.map(({ length }) => length))).toBeLessThanOrEqual(64);
});
