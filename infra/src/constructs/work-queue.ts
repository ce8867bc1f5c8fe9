import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  QueueEncryption,
  RedrivePermission,
} from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

export interface WorkQueueProps {
  readonly queueName: string;
  readonly deadLetterQueueName: string;
  /** One message of a group at a time, in as many groups as there may be. */
  readonly fifo: boolean;
  /** The same as the program's: it is what a message gets before its first heartbeat. */
  readonly visibilityTimeout: Duration;
  /** A message older than that is of no use to anybody. */
  readonly retention: Duration;
  /** How often SQS gives a message out before it gives it up: a backstop, programs park by their own count. */
  readonly maxReceiveCount: number;
}

/** SQS keeps nothing longer: time to look at what went wrong. */
const DEAD_LETTER_RETENTION = Duration.days(14);

/** A queue and where its messages go that nobody could work on. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const common = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // In flight only: the ledger is the truth, and the next run says it all again.
      removalPolicy: RemovalPolicy.DESTROY,
      ...(props.fifo ? HIGH_THROUGHPUT_FIFO : {}),
    };
    this.deadLetterQueue = new Queue(this, "dead-letters", {
      ...common,
      queueName: props.deadLetterQueueName,
      retentionPeriod: DEAD_LETTER_RETENTION,
      // By name, because the source names its dead-letter queue already.
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        sourceQueues: [Queue.fromQueueArn(this, "source", this.arnOf(props.queueName))],
      },
    });
    this.queue = new Queue(this, "queue", {
      ...common,
      queueName: props.queueName,
      visibilityTimeout: props.visibilityTimeout,
      retentionPeriod: props.retention,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: props.maxReceiveCount },
    });
  }

  private arnOf(queueName: string): string {
    return Stack.of(this).formatArn({ service: "sqs", resource: queueName });
  }
}

const HIGH_THROUGHPUT_FIFO = {
  fifo: true,
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
} as const;
