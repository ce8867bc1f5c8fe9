import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";

export interface AlarmTopicProps {
  readonly topicName: string;
  readonly emails: readonly string[];
}

/** Who speaks to the topic: nobody of this account but AWS's own services. */
const SPEAKERS = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"];

/** Where everything is said that a person should know of. Under a key of its own: services cannot use the account's default one. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { topicName, emails }: AlarmTopicProps) {
    super(scope, id);
    const key = new Key(this, "key", {
      description: `${topicName}: what is said, at rest`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topic = new Topic(this, "topic", { topicName, masterKey: key, enforceSSL: true });
    const condition = { StringEquals: { "aws:SourceAccount": Stack.of(this).account } };
    for (const speaker of SPEAKERS) {
      const principals = [new ServicePrincipal(speaker, { conditions: condition })];
      key.addToResourcePolicy(
        new PolicyStatement({
          principals,
          actions: ["kms:GenerateDataKey*", "kms:Decrypt"],
          resources: ["*"],
        }),
      );
      this.topic.addToResourcePolicy(
        new PolicyStatement({
          principals,
          actions: ["sns:Publish"],
          resources: [this.topic.topicArn],
        }),
      );
    }
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email));
  }
}
