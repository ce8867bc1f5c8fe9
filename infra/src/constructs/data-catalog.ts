import { Aws } from "aws-cdk-lib";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-glue";
import { Construct } from "constructs";
import { SNAPSHOT_COLUMNS } from "./snapshot-columns.ts";

export interface SnapshotCatalogProps {
  readonly databaseName: string;
  /** Whose `snapshots/run=<run id>/batch=<number>.parquet` are the rows. */
  readonly bucketName: string;
}

/** No run is older than the first environment. */
const FIRST_RUN = "20261101T000000Z";

/** The snapshots as one table. Its partitions are worked out from their names: there is nothing to crawl. */
export class SnapshotCatalog extends Construct {
  static readonly TABLE = "snapshots";

  constructor(scope: Construct, id: string, { databaseName, bucketName }: SnapshotCatalogProps) {
    super(scope, id);
    const database = new CfnDatabase(this, "database", {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: databaseName, description: "What each run saw of each CDP" },
    });
    const location = `s3://${bucketName}/snapshots/`;
    const table = new CfnTable(this, "table", {
      catalogId: Aws.ACCOUNT_ID,
      databaseName,
      tableInput: {
        name: SnapshotCatalog.TABLE,
        description: "One row per CDP and run; amounts in whole units or XRD",
        tableType: "EXTERNAL_TABLE",
        parameters: { classification: "parquet", ...projection(location) },
        partitionKeys: [{ name: "run", type: "string", comment: "20261120T215500Z, UTC" }],
        storageDescriptor: { location, columns: [...SNAPSHOT_COLUMNS], ...PARQUET },
      },
    });
    table.addResourceDependency(database);
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
