import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

/** What happens to instances, as EventBridge tells it: an event's source, and its kind. */
const EVENTS = {
  "scheduled-change": ["aws.health", "AWS Health Event"],
  "spot-interruption": ["aws.ec2", "EC2 Spot Instance Interruption Warning"],
  rebalance: ["aws.ec2", "EC2 Instance Rebalance Recommendation"],
  "state-change": ["aws.ec2", "EC2 Instance State-change Notification"],
  "capacity-reservation": ["aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"],
} as const;

/** Where Karpenter hears that a node will be taken away, in time to move what is on it. */
export class InterruptionQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { queueName }: { readonly queueName: string }) {
    super(scope, id);
    this.queue = new Queue(this, "queue", {
      queueName,
      // A warning older than that has come true.
      retentionPeriod: Duration.seconds(300),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    for (const [name, [source, detailType]] of Object.entries(EVENTS)) {
      new Rule(this, name, {
        eventPattern: { source: [source], detailType: [detailType] },
        targets: [new SqsQueue(this.queue)],
      });
    }
  }
}
