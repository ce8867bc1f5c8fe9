import { mainnet, stokenet } from "@weft/environments";
import { beforeAll, describe, expect, test } from "vitest";
import { outcomeKey, outcomeSchema, snapshotKey } from "../../../packages/messages/src/index.ts";
import type { Templates } from "../templates.ts";
import { withSnapshot } from "./stored-files.ts";
import { onlyOf, resourcesOf, templatesOf } from "./synthesized.ts";

describe.each([stokenet, mainnet])("$name", (env) => {
  let templates: Templates;
  beforeAll(async () => {
    templates = await templatesOf(env);
  });
  const named = (type: string, property: string, value: string) => {
    const found = resourcesOf(templates, type).find(
      ({ properties }) => properties[property] === value,
    );
    if (found === undefined) throw new Error(`no ${type} ${value}`);
    return found;
  };

  test("the liquidation queue takes as many groups at once as there are CDPs", () => {
    const name = `weft-${env.name}-liquidation.fifo`;
    expect(named("AWS::SQS::Queue", "QueueName", name).properties).toMatchObject({
      FifoQueue: true,
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perMessageGroupId",
    });
    expect(
      named("AWS::SQS::Queue", "QueueName", `weft-${env.name}-index`).properties.FifoQueue,
    ).toBeUndefined();
  });

  test("every queue is encrypted and refuses what is not; dead letters wait two weeks", () => {
    const queues = resourcesOf(templates, "AWS::SQS::Queue");
    for (const { properties } of queues) expect(properties.SqsManagedSseEnabled).toBe(true);
    const refusals = resourcesOf(templates, "AWS::SQS::QueuePolicy").filter(({ properties }) =>
      JSON.stringify(properties.PolicyDocument).includes(
        '{"Bool":{"aws:SecureTransport":"false"}}',
      ),
    );
    expect(refusals).toHaveLength(queues.length);
    const dead = queues.filter(({ properties }) => properties.RedriveAllowPolicy !== undefined);
    expect(dead.map(({ properties }) => properties.MessageRetentionPeriod)).toEqual([
      1_209_600, 1_209_600,
    ]);
  });

  test("every bucket is closed to the public, refuses what is not encrypted, and all but the logs' logs", () => {
    const buckets = resourcesOf(templates, "AWS::S3::Bucket");
    expect(buckets).toHaveLength(4);
    for (const { properties } of buckets) {
      expect(properties.PublicAccessBlockConfiguration).toEqual({
        ...{ BlockPublicAcls: true, BlockPublicPolicy: true },
        ...{ IgnorePublicAcls: true, RestrictPublicBuckets: true },
      });
    }
    expect(
      buckets
        .filter(({ properties }) => properties.LoggingConfiguration === undefined)
        .map(({ id }) => id.slice(0, -8)),
    ).toEqual(["accesslogsbucket"]);
    for (const { properties } of resourcesOf(templates, "AWS::S3::BucketPolicy")) {
      const policy = JSON.stringify(properties.PolicyDocument);
      expect(policy).toContain('{"Bool":{"aws:SecureTransport":"false"}}');
    }
  });

  test("snapshots and outcomes get colder, are never lost by being written over, and query results go in a week", () => {
    const suffix = `${env.aws?.bucketSuffix}-eu-west-1`;
    const data = named(
      "AWS::S3::Bucket",
      "BucketName",
      `weft-${env.name}-data-${suffix}`,
    ).properties;
    expect(data.VersioningConfiguration).toEqual({ Status: "Enabled" });
    expect(JSON.stringify(data.LifecycleConfiguration)).toContain(
      '"Transitions":[{"StorageClass":"STANDARD_IA","TransitionInDays":30},{"StorageClass":"GLACIER_IR","TransitionInDays":90}]',
    );
    const results = named(
      "AWS::S3::Bucket",
      "BucketName",
      `weft-${env.name}-query-results-${suffix}`,
    );
    expect(JSON.stringify(results.properties.LifecycleConfiguration)).toContain(
      '"ExpirationInDays":7',
    );
  });

  test("the table is what the programs make for themselves elsewhere, and can be taken back in time", () => {
    expect(
      named("AWS::DynamoDB::Table", "TableName", `weft-${env.name}-state`).properties,
    ).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: env === mainnet,
    });
  });

  test("the table forgets nothing by itself: a CDP's item holds its fence, which must not begin anew", () => {
    const table = onlyOf(templates, "AWS::DynamoDB::Table").properties;
    expect(table.TimeToLiveSpecification).toBeUndefined();
  });

  test.each([
    ["snapshots", snapshotKey("20261120T215500Z", 3), "batch=00003.parquet"],
    ["outcomes", outcomeKey("20261120T215500Z", "#1006#", 4), "cdp=1006/0004.json"],
  ])("%s are found by their names", (name, key, rest) => {
    const { Parameters, PartitionKeys } = tableOf(templates, name);
    const template = Parameters["storage.location.template"] ?? "";
    const bucket = `weft-${env.name}-data-${env.aws?.bucketSuffix}-eu-west-1`;
    expect(`s3://${bucket}/${key}`).toBe(
      `${template.replace(/\$\{run\}/, "20261120T215500Z")}${rest}`,
    );
    expect(PartitionKeys).toMatchObject([{ Name: "run", Type: "string" }]);
    expect(Parameters).toMatchObject({
      "projection.enabled": "true",
      "projection.run.format": "yyyyMMdd'T'HHmmss'Z'",
      "projection.run.range": "20261101T000000Z,NOW",
    });
  });

  test("queries are held to a place and a limit", () => {
    expect(
      resourcesOf(templates, "AWS::Athena::WorkGroup")[0]?.properties.WorkGroupConfiguration,
    ).toMatchObject({
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 10_737_418_240,
      ResultConfiguration: {
        OutputLocation: `s3://weft-${env.name}-query-results-${env.aws?.bucketSuffix}-eu-west-1/`,
      },
    });
    const queries = resourcesOf(templates, "AWS::Athena::NamedQuery").map(
      ({ properties }) => properties.Name,
    );
    expect(queries.sort()).toEqual([
      "coverage-of-a-run",
      "earnings-of-a-day",
      "health-over-time",
      "near-the-line",
    ]);
  });
});

test("the table of snapshots has the columns of a snapshot, in its order, with its types", async () => {
  const written = await withSnapshot([], (query, file) =>
    query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${file}')`),
  );
  expect(columnsOf(await templatesOf(mainnet), "snapshots")).toEqual(
    written.map(([name, type]) => [name, inHive(String(type))]),
  );
});

test("the table of outcomes has the fields of an outcome, in its order, with its types", async () => {
  const { properties } = outcomeSchema.toJSONSchema() as JsonSchema;
  expect(columnsOf(await templatesOf(mainnet), "outcomes")).toEqual(
    Object.entries(properties ?? {}).map(([name, type]) => [name.toLowerCase(), ofJson(type)]),
  );
});

interface GlueTable {
  readonly Name: string;
  readonly Parameters: Record<string, string>;
  readonly PartitionKeys: object[];
  readonly StorageDescriptor: { readonly Columns: { Name: string; Type: string }[] };
}

function tableOf(templates: Templates, name: string): GlueTable {
  const tables = resourcesOf(templates, "AWS::Glue::Table").map(
    ({ properties }) => properties.TableInput as GlueTable,
  );
  const table = tables.find(({ Name }) => Name === name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

const columnsOf = (templates: Templates, name: string) =>
  tableOf(templates, name).StorageDescriptor.Columns.map(({ Name, Type }) => [Name, Type]);

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** A type of a JSON schema as Hive calls it; whether there may be nothing is nothing to Hive. */
function ofJson({ type, properties = {}, items, anyOf }: JsonSchema): string {
  const [something] = anyOf?.filter((one) => one.type !== "null") ?? [];
  if (something !== undefined) return ofJson(something);
  if (items !== undefined) return `array<${ofJson(items)}>`;
  if (type !== "object") return type === "string" ? type : "bigint";
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name.toLowerCase()}:${ofJson(field)}`,
  );
  return `struct<${fields.join(",")}>`;
}

/** A type of DuckDB as Hive calls it. */
function inHive(type: string): string {
  const fields = /^STRUCT\((.*)\)\[\]$/.exec(type)?.[1];
  if (fields === undefined) return SCALARS[type] ?? type;
  const inner = fields.split(/, (?=[a-z])/).map((field) => {
    const [name = "", ...rest] = field.split(" ");
    return `${name}:${inHive(rest.join(" "))}`;
  });
  return `array<struct<${inner.join(",")}>>`;
}

const SCALARS: Readonly<Record<string, string>> = {
  VARCHAR: "string",
  BIGINT: "bigint",
  "DECIMAL(38,18)": "decimal(38,18)",
};
