import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  Metric,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";

export interface Watch {
  readonly name: string;
  /** What it means, and what to look at first. */
  readonly meaning: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "max" | "sum";
  /** Goes off above it. */
  readonly above: number;
  /** For so many minutes in a row. */
  readonly minutes: number;
}

export interface AlarmsProps {
  readonly prefix: string;
  readonly topic: ITopic;
  readonly watches: readonly Watch[];
}

/** One alarm each, to one topic, when it begins and when it ends. A metric that is silent is a service that has nothing to say. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { prefix, topic, watches }: AlarmsProps) {
    super(scope, id);
    const action = new SnsAction(topic);
    for (const watch of watches) {
      const alarm = new Alarm(this, watch.name, {
        alarmName: `${prefix}-${watch.name}`,
        alarmDescription: `${watch.meaning} docs/runbooks/aws-alarms.md`,
        metric: new Metric({
          namespace: watch.namespace,
          metricName: watch.metric,
          dimensionsMap: { ...watch.dimensions },
          statistic: watch.statistic === "max" ? Stats.MAXIMUM : Stats.SUM,
          period: Duration.minutes(1),
        }),
        threshold: watch.above,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: watch.minutes,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }
}
