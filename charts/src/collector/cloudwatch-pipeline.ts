import type { Names } from "@weft/environments";
import { type Block, reference, type Value } from "./alloy-syntax.ts";

/** CloudWatch bills by the request, and knows nothing younger than a minute. */
const SCRAPE_INTERVAL = "60s";
/** Where AWS publishes what an account spends, whatever region it spends it in. */
const BILLING_REGION = "us-east-1";

/** What only CloudWatch knows: how old the oldest message is, what lies in the dead-letter queues, and what it all costs. */
export function cloudwatchPipeline(region: string, queues: Names["queues"]): Block[] {
  return [
    {
      type: "prometheus.exporter.cloudwatch",
      label: "aws",
      attributes: { sts_region: region },
      blocks: [
        queue("index_age", region, queues.index, "ApproximateAgeOfOldestMessage"),
        queue("liquidation_age", region, queues.liquidation, "ApproximateAgeOfOldestMessage"),
        queue(
          "index_dead_letters",
          region,
          queues.indexDeadLetter,
          "ApproximateNumberOfMessagesVisible",
        ),
        queue(
          "liquidation_dead_letters",
          region,
          queues.liquidationDeadLetter,
          "ApproximateNumberOfMessagesVisible",
        ),
        watched("spend", {
          attributes: {
            regions: [BILLING_REGION],
            namespace: "AWS/Billing",
            dimensions: { Currency: "USD" },
          },
          metric: { name: "EstimatedCharges", period: "6h", length: "12h" },
        }),
      ],
    },
    {
      type: "prometheus.scrape",
      label: "cloudwatch",
      attributes: {
        targets: reference("prometheus.exporter.cloudwatch.aws.targets"),
        scrape_interval: SCRAPE_INTERVAL,
        forward_to: [reference("prometheus.remote_write.grafana_cloud.receiver")],
      },
    },
  ];
}

function queue(label: string, region: string, name: string, metric: string): Block {
  return watched(label, {
    attributes: { regions: [region], namespace: "AWS/SQS", dimensions: { QueueName: name } },
    metric: { name: metric, period: "1m", length: "5m" },
  });
}

function watched(
  label: string,
  options: {
    readonly attributes: Readonly<Record<string, Value>>;
    readonly metric: Readonly<Record<string, Value>>;
  },
): Block {
  return {
    type: "static",
    label,
    // Nothing published is not zero.
    attributes: { ...options.attributes, nil_to_zero: false },
    blocks: [{ type: "metric", attributes: { ...options.metric, statistics: ["Maximum"] } }],
  };
}
