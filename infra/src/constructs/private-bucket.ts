import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

export interface PrivateBucketProps {
  readonly bucketName: string;
  /** Keeps the bucket when its stack goes; otherwise it goes with all that is in it. */
  readonly retain: boolean;
  readonly versioned?: boolean;
  /** Where requests are logged; absent for the bucket of the logs itself. */
  readonly accessLogs?: IBucket;
  readonly lifecycleRules?: LifecycleRule[];
}

/** A bucket for our own roles: nothing public, nothing in the clear, what is half uploaded goes after a week. */
export class PrivateBucket extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    const { bucketName, retain, accessLogs, lifecycleRules = [] } = props;
    const bucket = new Bucket(this, "bucket", {
      bucketName,
      versioned: props.versioned ?? false,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      autoDeleteObjects: !retain,
      lifecycleRules: [
        { id: "half-uploaded", abortIncompleteMultipartUploadAfter: Duration.days(7) },
        ...lifecycleRules,
      ],
      ...(accessLogs === undefined
        ? {}
        : { serverAccessLogsBucket: accessLogs, serverAccessLogsPrefix: `${bucketName}/` }),
    });
    // The library's own types do not hold under exactOptionalPropertyTypes.
    this.bucket = bucket as IBucket;
  }
}
