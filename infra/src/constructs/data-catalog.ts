import { Aws } from "aws-cdk-lib";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-glue";
import { Construct } from "constructs";
import type { Column } from "./column.ts";
import { OUTCOME_COLUMNS } from "./outcome-columns.ts";
import { SNAPSHOT_COLUMNS } from "./snapshot-columns.ts";

export interface DataCatalogProps {
  readonly databaseName: string;
  /** Whose `snapshots/run=<run id>/batch=<number>.parquet` and `outcomes/run=<run id>/cdp=<number>/<attempt>.json` are the rows. */
  readonly bucketName: string;
}

interface TableOf {
  readonly name: "snapshots" | "outcomes";
  readonly description: string;
  readonly classification: "parquet" | "json";
  readonly columns: readonly Column[];
  readonly format: object;
}

/** No run is older than the first environment. */
const FIRST_RUN = "20261101T000000Z";

/** What was seen and what was done, a table each. Their partitions are worked out from their names: there is nothing to crawl. */
export class DataCatalog extends Construct {
  constructor(scope: Construct, id: string, { databaseName, bucketName }: DataCatalogProps) {
    super(scope, id);
    const database = new CfnDatabase(this, "database", {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: {
        name: databaseName,
        description: "What each run saw of each CDP, and how each attempt ended",
      },
    });
    const make = (id: string, { name, description, classification, columns, format }: TableOf) => {
      const location = `s3://${bucketName}/${name}/`;
      const table = new CfnTable(this, id, {
        catalogId: Aws.ACCOUNT_ID,
        databaseName,
        tableInput: {
          name,
          description,
          tableType: "EXTERNAL_TABLE",
          parameters: { classification, ...projection(location) },
          partitionKeys: [{ name: "run", type: "string", comment: "20261120T215500Z, UTC" }],
          storageDescriptor: { location, columns: [...columns], ...format },
        },
      });
      table.addResourceDependency(database);
    };
    make("table", {
      name: "snapshots",
      description: "One row per CDP and run; amounts in whole units or XRD",
      classification: "parquet",
      columns: SNAPSHOT_COLUMNS,
      format: PARQUET,
    });
    make("outcomes", {
      name: "outcomes",
      description: "One row per attempt that ended; amounts are decimal text",
      classification: "json",
      columns: OUTCOME_COLUMNS,
      format: JSON_LINES,
    });
  }
}

/**
 * A run may be asked for at any minute by hand, so every minute is a partition that may be there. A query names its
 * time by `run`, or lists the whole history.
 */
const projection = (location: string) => ({
  "projection.enabled": "true",
  "projection.run.type": "date",
  "projection.run.format": "yyyyMMdd'T'HHmmss'Z'",
  "projection.run.range": `${FIRST_RUN},NOW`,
  "projection.run.interval": "1",
  "projection.run.interval.unit": "MINUTES",
  "storage.location.template": `${location}run=\${run}/`,
});

const PARQUET = {
  inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
  outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
  serdeInfo: {
    serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
  },
};

/** It matches names whatever their case, so that `cdpId` is found as `cdpid`. */
const JSON_LINES = {
  inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
  outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
  serdeInfo: {
    serializationLibrary: "org.openx.data.jsonserde.JsonSerDe",
    parameters: { "case.insensitive": "true" },
  },
};
