import { CfnNamedQuery, CfnWorkGroup } from "aws-cdk-lib/aws-athena";
import { Construct } from "constructs";
import { SAVED_QUERIES } from "./saved-queries.ts";

export interface QueryWorkgroupProps {
  readonly name: string;
  readonly database: string;
  readonly resultBucketName: string;
  /** A query that reads more is cut off. */
  readonly scanLimitGib: number;
}

/** Where questions to snapshots and outcomes are asked: results go to one place, whatever the client says. */
export class QueryWorkgroup extends Construct {
  constructor(scope: Construct, id: string, props: QueryWorkgroupProps) {
    super(scope, id);
    const workgroup = new CfnWorkGroup(this, "workgroup", {
      name: props.name,
      description: "Queries over snapshots and outcomes",
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: props.scanLimitGib * 1_024 ** 3,
        engineVersion: { selectedEngineVersion: "Athena engine version 3" },
        resultConfiguration: {
          outputLocation: `s3://${props.resultBucketName}/`,
          encryptionConfiguration: { encryptionOption: "SSE_S3" },
        },
      },
    });
    for (const { name, description, sql } of SAVED_QUERIES) {
      const query = new CfnNamedQuery(this, name, {
        name,
        description,
        queryString: sql,
        database: props.database,
        workGroup: props.name,
      });
      query.addResourceDependency(workgroup);
    }
  }
}
