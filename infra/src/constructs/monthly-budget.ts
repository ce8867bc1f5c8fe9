import { CfnBudget } from "aws-cdk-lib/aws-budgets";
import { Construct } from "constructs";
import { COST_TAGS } from "../cost-tags.ts";

export interface MonthlyBudgetProps {
  readonly budgetName: string;
  readonly amountUsd: number;
  /** Whose costs count: everything with its tag. */
  readonly environment: string;
  readonly topicArn: string;
}

const WARNINGS = [
  { notificationType: "ACTUAL", threshold: 85 },
  { notificationType: "ACTUAL", threshold: 100 },
  { notificationType: "FORECASTED", threshold: 85 },
  { notificationType: "FORECASTED", threshold: 100 },
];

/** Says when a month costs too much, and when it is going to. It stops nothing: that is what the node pools' limits are for. */
export class MonthlyBudget extends Construct {
  constructor(scope: Construct, id: string, props: MonthlyBudgetProps) {
    super(scope, id);
    new CfnBudget(this, "budget", {
      budget: {
        budgetName: props.budgetName,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        budgetLimit: { amount: props.amountUsd, unit: "USD" },
        costFilters: { TagKeyValue: [`user:${COST_TAGS.environment}$${props.environment}`] },
      },
      notificationsWithSubscribers: WARNINGS.map((warning) => ({
        notification: {
          ...warning,
          thresholdType: "PERCENTAGE",
          comparisonOperator: "GREATER_THAN",
        },
        subscribers: [{ subscriptionType: "SNS", address: props.topicArn }],
      })),
      // Takes tags as a list of its own, which the library does not fill.
      resourceTags: [{ key: COST_TAGS.environment, value: props.environment }],
    });
  }
}
