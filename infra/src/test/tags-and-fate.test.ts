import { readFile } from "node:fs/promises";
import { defineEnvironment, type EnvironmentInput, mainnet, stokenet } from "@weft/environments";
import { describe, expect, test } from "vitest";
import { keptOnDestroy } from "../templates.ts";
import { onlyOf, resourcesOf, templatesOf } from "./synthesized.ts";

/** CloudFormation takes no tags of these. */
const UNTAGGABLE = new Set([
  "AWS::Athena::NamedQuery",
  "AWS::EC2::Route",
  "AWS::EC2::SecurityGroupIngress",
  "AWS::EC2::SubnetRouteTableAssociation",
  "AWS::EC2::VPCGatewayAttachment",
  "AWS::ECR::ReplicationConfiguration",
  "AWS::Glue::Database",
  "AWS::Glue::Table",
  "AWS::IAM::Policy",
  "AWS::KMS::Alias",
  "AWS::S3::BucketPolicy",
  "AWS::SNS::TopicPolicy",
  "AWS::SQS::QueuePolicy",
  "Custom::S3AutoDeleteObjects",
]);

describe.each([stokenet, mainnet])("$name", (env) => {
  test("whatever can be tagged says whose cost it is, and of what part", async () => {
    const bare = resourcesOf(await templatesOf(env)).flatMap(({ stack, Type, id, properties }) => {
      if (UNTAGGABLE.has(Type)) return [];
      const { environment, component } = tagsOf(properties);
      const whose = stack === "account" ? "shared" : env.name;
      return environment === whose && component !== undefined ? [] : `${stack}: ${Type} ${id}`;
    });
    expect(bare).toEqual([]);
  });
});

function tagsOf(properties: Readonly<Record<string, unknown>>) {
  const given = properties.Tags ?? properties.ResourceTags ?? properties.TagSpecifications ?? {};
  const tags = Array.isArray(given)
    ? Object.fromEntries(
        given
          .flatMap((tag) => ("Tags" in tag ? tag.Tags : tag))
          .map(({ Key, Value }) => [Key, Value]),
      )
    : given;
  return { environment: tags["weft:environment"], component: tags["weft:component"] };
}

test("whatever is waited for is there", async () => {
  for (const { Resources } of (await templatesOf(mainnet)).values()) {
    for (const { DependsOn = [] } of Object.values(Resources)) {
      for (const id of [DependsOn].flat()) expect(Resources).toHaveProperty(id);
    }
  }
});

test("mainnet keeps what holds data, the key and the images, and nothing else", async () => {
  expect(keptOnDestroy(await templatesOf(mainnet))).toEqual([
    "account: AWS::ECR::Repository weft/dispatcher",
    "account: AWS::ECR::Repository weft/indexer",
    "account: AWS::ECR::Repository weft/liquidator",
    "data: AWS::DynamoDB::Table weft-mainnet-state",
    "data: AWS::S3::Bucket weft-mainnet-access-logs-7be1d0-eu-west-1",
    "data: AWS::S3::Bucket weft-mainnet-artifacts-7be1d0-eu-west-1",
    "data: AWS::S3::Bucket weft-mainnet-data-7be1d0-eu-west-1",
    "data: AWS::S3::Bucket weft-mainnet-query-results-7be1d0-eu-west-1",
    "identity: AWS::KMS::Key signingkeyBE52BAB0",
  ]);
});

test("the page on infrastructure lists what is kept, as `destroy` prints it, and nothing else", async () => {
  const page = await readFile(new URL("../../../docs/infrastructure.md", import.meta.url), "utf8");
  const listed = [...page.matchAll(/^\| `([a-z-]+: AWS::\S+ [^`]+)` \|/gm)].map(([, line]) => line);
  expect(listed).toEqual(keptOnDestroy(await templatesOf(mainnet)));
});

test.each([stokenet, mainnet])(
  "$name: what is kept when it goes is kept when it is replaced, and the other way round",
  async (env) => {
    const fates = resourcesOf(await templatesOf(env)).map(
      ({ DeletionPolicy = "Delete", UpdateReplacePolicy = "Delete", id }) =>
        DeletionPolicy === UpdateReplacePolicy ? [] : [id],
    );
    expect(fates.flat()).toEqual([]);
  },
);

test("elsewhere everything goes, full buckets too", async () => {
  const templates = await templatesOf(stokenet);
  expect(keptOnDestroy(templates)).toEqual([]);
  const buckets = resourcesOf(templates, "AWS::S3::Bucket");
  const emptied = resourcesOf(templates, "Custom::S3AutoDeleteObjects");
  expect(emptied).toHaveLength(buckets.length);
});

test("the signing key's policy holds for the liquidator's role of a rebuilt environment too: its name is the same", async () => {
  const roles = resourcesOf(await templatesOf(mainnet), "AWS::IAM::Role");
  const liquidator = roles.find(({ id }) => id.startsWith("liquidatorrole"));
  expect(liquidator?.properties.RoleName).toBe("weft-mainnet-eu-west-1-liquidator");
});

test("a rebuilt environment may go on with the signing key it had", async () => {
  const { name, network, images } = mainnet;
  const signingKeyId = "4f2d6c1e-90ab-4c3d-8e5f-001122334455";
  const aws = { ...mainnet.aws, signingKeyId };
  const env = defineEnvironment({ name, network, images, aws } as EnvironmentInput);
  const templates = await templatesOf(env);
  const keys = resourcesOf(templates, "AWS::KMS::Key").map(({ properties }) => properties.KeyUsage);
  expect(keys).not.toContain("SIGN_VERIFY");
  expect(onlyOf(templates, "AWS::KMS::Alias").properties).toEqual({
    AliasName: "alias/weft-mainnet-signer",
    TargetKeyId: signingKeyId,
  });
  const signers = resourcesOf(templates, "AWS::IAM::Policy").filter(({ properties }) =>
    JSON.stringify(properties.PolicyDocument).includes("kms:Sign"),
  );
  expect(signers.map(({ properties }) => properties.Roles)).toEqual([["<liquidatorrole>"]]);
  expect(JSON.stringify(signers[0]?.properties)).toContain(
    `"Resource":"arn:aws:kms:eu-west-1:<AWS::AccountId>:key/${signingKeyId}"`,
  );
});
