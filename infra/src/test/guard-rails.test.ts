import { readFile } from "node:fs/promises";
import { defineEnvironment, type EnvironmentInput, mainnet, stokenet } from "@weft/environments";
import { beforeAll, describe, expect, test } from "vitest";
import { githubRepository } from "../constructs/github-role.ts";
import type { Templates } from "../templates.ts";
import { onlyOf, resourcesOf, templatesOf } from "./synthesized.ts";

describe.each([stokenet, mainnet])("$name", (env) => {
  let templates: Templates;
  beforeAll(async () => {
    templates = await templatesOf(env);
  });

  test("a month's money is watched at 85 and 100 percent, spent and foreseen", () => {
    const { properties } = onlyOf(templates, "AWS::Budgets::Budget");
    expect(properties.Budget).toMatchObject({
      BudgetLimit: { Amount: env === mainnet ? 1_500 : 600, Unit: "USD" },
      TimeUnit: "MONTHLY",
      CostFilters: { TagKeyValue: [`user:weft:environment$${env.name}`] },
    });
    const warnings = properties.NotificationsWithSubscribers as {
      Notification: { NotificationType: string; Threshold: number };
      Subscribers: object[];
    }[];
    expect(
      warnings.map(({ Notification: { NotificationType, Threshold } }) => [
        NotificationType,
        Threshold,
      ]),
    ).toEqual([
      ["ACTUAL", 85],
      ["ACTUAL", 100],
      ["FORECASTED", 85],
      ["FORECASTED", 100],
    ]);
    for (const { Subscribers } of warnings) {
      expect(Subscribers).toEqual([{ SubscriptionType: "SNS", Address: "<alarmstopic>" }]);
    }
  });

  test("an alarm goes off for what waits, what has died, and what does not get through", () => {
    const alarms = resourcesOf(templates, "AWS::CloudWatch::Alarm").map(({ properties }) => {
      const { AlarmName, MetricName, Threshold, EvaluationPeriods } = properties;
      expect(properties.AlarmActions).toEqual(["<alarmstopic>"]);
      return `${AlarmName}: ${MetricName} > ${Threshold} for ${EvaluationPeriods}`;
    });
    const gateways = env === mainnet ? [1, 2, 3] : [1];
    const weft = `weft-${env.name}`;
    expect(alarms.sort()).toEqual(
      [
        `${weft}-endpoint-kms-drops: PacketsDropped > 0 for 3`,
        `${weft}-endpoint-sqs-drops: PacketsDropped > 0 for 3`,
        `${weft}-index-dead-letters: ApproximateNumberOfMessagesVisible > 0 for 1`,
        `${weft}-index-queue-old: ApproximateAgeOfOldestMessage > 600 for 3`,
        `${weft}-liquidation-dead-letters: ApproximateNumberOfMessagesVisible > 0 for 1`,
        `${weft}-liquidation-queue-old: ApproximateAgeOfOldestMessage > 120 for 2`,
        ...gateways.flatMap((gateway) => [
          `${weft}-nat-${gateway}-drops: PacketsDropCount > 0 for 3`,
          `${weft}-nat-${gateway}-ports: ErrorPortAllocation > 0 for 3`,
        ]),
        `${weft}-state-table-throttled: ThrottledRequests > 0 for 3`,
      ].sort(),
    );
  });

  test("the runbook has a row for each alarm, and each alarm names the runbook", async () => {
    const page = new URL("../../../docs/runbooks/aws-alarms.md", import.meta.url);
    const rows = (await readFile(page, "utf8"))
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    for (const { properties } of resourcesOf(templates, "AWS::CloudWatch::Alarm")) {
      const name = String(properties.AlarmName).slice(`weft-${env.name}-`.length);
      const listed = `\`${name.replace(/^nat-\d+/, "nat-<n>")}\``;
      expect(
        rows.some((row) => row.includes(listed)),
        listed,
      ).toBe(true);
      expect(properties.AlarmDescription).toContain("docs/runbooks/aws-alarms.md");
    }
  });

  test("each queue's alarms look at that queue", () => {
    const looked = resourcesOf(templates, "AWS::CloudWatch::Alarm")
      .filter(({ properties }) => properties.Namespace === "AWS/SQS")
      .map(({ properties }) => [properties.AlarmName, properties.Dimensions]);
    const weft = `weft-${env.name}`;
    expect(looked).toEqual(
      [
        ["index-queue-old", "index"],
        ["liquidation-queue-old", "liquidation.fifo"],
        ["index-dead-letters", "index-dlq"],
        ["liquidation-dead-letters", "liquidation-dlq.fifo"],
      ].map(([alarm, queue]) => [
        `${weft}-${alarm}`,
        [{ Name: "QueueName", Value: `${weft}-${queue}` }],
      ]),
    );
  });
});

test("what the account has once is made by the environment that owns it", async () => {
  const [owner, other] = [await templatesOf(mainnet), await templatesOf(stokenet)];
  expect([owner.has("account"), other.has("account")]).toEqual([true, false]);
  expect(onlyOf(owner, "AWS::IAM::OIDCProvider").properties).toMatchObject({
    Url: "https://token.actions.githubusercontent.com",
    ClientIdList: ["sts.amazonaws.com"],
  });
  const repositories = resourcesOf(owner, "AWS::ECR::Repository");
  expect(repositories).toHaveLength(3);
  for (const { properties } of repositories) {
    expect(properties).toMatchObject({
      ImageTagMutability: "IMMUTABLE",
      ImageScanningConfiguration: { ScanOnPush: true },
    });
    expect(JSON.stringify(properties.LifecyclePolicy)).toContain('\\"countNumber\\":200');
  }
});

test("alarms are sent to whom the environment names", async () => {
  const { name, network, images } = stokenet;
  const aws = { ...stokenet.aws, alarmEmails: ["oncall@example.org"] };
  const env = defineEnvironment({ name, network, images, aws } as EnvironmentInput);
  expect(onlyOf(await templatesOf(env), "AWS::SNS::Subscription").properties).toMatchObject({
    Protocol: "email",
    Endpoint: "oncall@example.org",
  });
});

test.each([
  ["https://github.com/weft-finance/weft-backend.git", "weft-finance/weft-backend"],
  ["https://github.com/weft-finance/weft.backend", "weft-finance/weft.backend"],
])("%s is %s", (url, repository) => {
  expect(githubRepository(url)).toBe(repository);
});

test("a repository elsewhere gets no role", () => {
  expect(() => githubRepository("https://example.org/weft/backend.git")).toThrow(
    "https://example.org/weft/backend.git is not a repository on GitHub",
  );
});
