import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, Table } from "aws-cdk-lib/aws-dynamodb";
import { type LifecycleRule, StorageClass } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { DataCatalog } from "../constructs/data-catalog.ts";
import { PrivateBucket } from "../constructs/private-bucket.ts";
import { QueryWorkgroup } from "../constructs/query-workgroup.ts";
import { WorkQueue } from "../constructs/work-queue.ts";
import type { Context } from "../context.ts";
import { tagHelpersForCosts } from "../cost-tags.ts";
import { EnvironmentStack } from "./environment-stack.ts";

/** Backstops: programs park by their own count long before. */
const RECEIVES = { batches: 10, candidates: 50 };
/** A batch of yesterday, or a candidate, says what is long untrue. */
const QUEUE_RETENTION = Duration.days(1);
/** Queues, buckets, the table, and the way to ask what snapshots and outcomes say. */
export class DataStack extends EnvironmentStack {
  constructor(scope: Construct, context: Context) {
    super(scope, "data", context);
    this.makeQueues();
    this.makeTable();
    this.makeBuckets();
    this.makeCatalog();
    // What empties buckets before they go.
    tagHelpersForCosts(this, { environment: context.env.name, component: "data" });
  }

  private makeQueues(): void {
    const { env, names } = this.context;
    new WorkQueue(this, "index", {
      queueName: names.queues.index,
      deadLetterQueueName: names.queues.indexDeadLetter,
      fifo: false,
      visibilityTimeout: Duration.seconds(env.indexer.visibilityTimeoutSeconds),
      retention: QUEUE_RETENTION,
      maxReceiveCount: RECEIVES.batches,
    });
    new WorkQueue(this, "liquidation", {
      queueName: names.queues.liquidation,
      deadLetterQueueName: names.queues.liquidationDeadLetter,
      fifo: true,
      visibilityTimeout: Duration.seconds(env.liquidator.visibilityTimeoutSeconds),
      retention: QUEUE_RETENTION,
      maxReceiveCount: RECEIVES.candidates,
    });
  }

  private makeTable(): void {
    const { aws, names } = this.context;
    new Table(this, "state", {
      tableName: names.stateTable,
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // No expiry: an item forgotten would forget its fence, and what was signed (ADR 0012).
      deletionProtection: aws.retainData,
      removalPolicy: aws.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  private makeBuckets(): void {
    const { aws, names, own } = this.context;
    const retain = aws.retainData;
    const accessLogs = new PrivateBucket(this, "access-logs", {
      bucketName: own.buckets.accessLogs,
      retain,
      lifecycleRules: [expiry(aws.logRetentionDays)],
    }).bucket;
    const make = (id: string, bucketName: string, rules: LifecycleRule[], versioned: boolean) =>
      new PrivateBucket(this, id, {
        ...{ bucketName, retain, versioned, accessLogs, lifecycleRules: rules },
      }).bucket;
    make("data", names.dataBucket, COLDER_WITH_TIME, true);
    make("artifacts", own.buckets.artifacts, [SUPERSEDED], true);
    make("query-results", own.buckets.queryResults, [expiry(7)], false);
  }

  private makeCatalog(): void {
    const { aws, names, own } = this.context;
    new DataCatalog(this, "catalog", {
      databaseName: own.glueDatabase,
      bucketName: names.dataBucket,
    });
    new QueryWorkgroup(this, "queries", {
      name: own.workgroup,
      database: own.glueDatabase,
      resultBucketName: own.buckets.queryResults,
      scanLimitGib: aws.queryScanLimitGib,
    });
  }
}

const expiry = (days: number): LifecycleRule => ({
  id: "expiry",
  expiration: Duration.days(days),
});

const SUPERSEDED: LifecycleRule = {
  id: "superseded",
  noncurrentVersionExpiration: Duration.days(30),
};

/** Athena reads both classes as it reads the first. */
const COLDER_WITH_TIME: LifecycleRule[] = [
  SUPERSEDED,
  {
    id: "colder-with-time",
    transitions: [
      { storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) },
      { storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(90) },
    ],
  },
];
