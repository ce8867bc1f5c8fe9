import { CfnNatGateway, type IVpc } from "aws-cdk-lib/aws-ec2";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { AlarmTopic } from "../constructs/alarm-topic.ts";
import { Alarms, type Watch } from "../constructs/alarms.ts";
import { MonthlyBudget } from "../constructs/monthly-budget.ts";
import type { Context } from "../context.ts";
import { EnvironmentStack } from "./environment-stack.ts";
import type { EndpointName, NetworkStack } from "./network.ts";

/** Without these two nothing is read and nothing is signed. */
const WATCHED_ENDPOINTS: readonly EndpointName[] = ["sqs", "kms"];

/** What tells people: of messages that wait or have died, of ways that are blocked, of money. */
export class GuardRailsStack extends EnvironmentStack {
  constructor(scope: Construct, context: Context, network: NetworkStack) {
    super(scope, "guard-rails", context);
    const { aws, env, names, own } = context;
    const { topic } = new AlarmTopic(this, "alarms", {
      topicName: `${names.cluster}-alarms`,
      emails: aws.alarmEmails,
    });
    new Alarms(this, "watches", {
      prefix: names.cluster,
      topic: topic as ITopic,
      watches: [
        ...this.queueWatches(),
        ...this.tableWatches(),
        ...natWatches(network.vpc),
        ...this.endpointWatches(network),
      ],
    });
    new MonthlyBudget(this, "budget", {
      budgetName: own.budget,
      amountUsd: aws.monthlyBudgetUsd,
      environment: env.name,
      topicArn: topic.topicArn,
    });
  }

  private queueWatches(): Watch[] {
    const { env, names } = this.context;
    const { index, indexDeadLetter, liquidation, liquidationDeadLetter } = names.queues;
    const queue = (QueueName: string) => ({ namespace: "AWS/SQS", dimensions: { QueueName } });
    const age = { metric: "ApproximateAgeOfOldestMessage", statistic: "max" } as const;
    const depth = { metric: "ApproximateNumberOfMessagesVisible", statistic: "max" } as const;
    const dead = { ...depth, above: 0, minutes: 1 };
    return [
      {
        name: "index-queue-old",
        meaning: "A batch has waited for two runs: indexers are not there, or do not keep up.",
        ...{ ...queue(index), ...age, above: 2 * env.dispatcher.everyMinutes * 60, minutes: 3 },
      },
      {
        name: "liquidation-queue-old",
        meaning: "A candidate has waited for two minutes: liquidators are not there, or paused.",
        ...{ ...queue(liquidation), ...age, above: 120, minutes: 2 },
      },
      {
        name: "index-dead-letters",
        meaning: "A batch was given up. Its message says why; the next run reads its CDPs again.",
        ...{ ...queue(indexDeadLetter), ...dead },
      },
      {
        name: "liquidation-dead-letters",
        meaning: "A candidate was given up. Its message says why; look at the CDP itself.",
        ...{ ...queue(liquidationDeadLetter), ...dead },
      },
    ];
  }

  private tableWatches(): Watch[] {
    const dimensions = { TableName: this.context.names.stateTable };
    return [
      {
        name: "state-table-throttled",
        meaning: "DynamoDB turned writes or reads away: leases may be lost.",
        ...{ namespace: "AWS/DynamoDB", metric: "ThrottledRequests", dimensions },
        ...{ statistic: "sum", above: 0, minutes: 3 },
      },
    ];
  }

  private endpointWatches({ vpc, endpoints }: NetworkStack): Watch[] {
    return WATCHED_ENDPOINTS.flatMap((name) => {
      const endpoint = endpoints.get(name);
      if (endpoint === undefined) return [];
      return {
        name: `endpoint-${name}-drops`,
        meaning: `The VPC's endpoint of ${name} drops packets: calls to it fail or wait.`,
        namespace: "AWS/PrivateLinkEndpoints",
        metric: "PacketsDropped",
        dimensions: {
          "Endpoint Type": "Interface",
          "Service Name": `com.amazonaws.${this.region}.${name}`,
          "VPC Endpoint Id": endpoint.vpcEndpointId,
          "VPC Id": vpc.vpcId,
        },
        ...{ statistic: "sum", above: 0, minutes: 3 },
      } as const;
    });
  }
}

/** Port allocation fails when too many connections go to one address, and a Gateway is one address. */
function natWatches(vpc: IVpc): Watch[] {
  const gateways = vpc.node.findAll().filter((child) => child instanceof CfnNatGateway);
  return gateways.flatMap((gateway, index) =>
    ["ErrorPortAllocation", "PacketsDropCount"].map((metric) => ({
      name: `nat-${index + 1}-${metric === "PacketsDropCount" ? "drops" : "ports"}`,
      meaning:
        "A NAT gateway cannot pass on what it is given: the ledger is out of reach for some.",
      namespace: "AWS/NATGateway",
      metric,
      dimensions: { NatGatewayId: gateway.ref },
      ...({ statistic: "sum", above: 0, minutes: 3 } as const),
    })),
  );
}
