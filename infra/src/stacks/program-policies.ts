import type { Stack } from "aws-cdk-lib";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { allow } from "../constructs/policy.ts";
import type { Context } from "../context.ts";

/** ARNs of what an environment names itself. */
interface Resources {
  readonly queue: (name: string) => string;
  readonly table: string;
  readonly bucket: string;
  readonly objects: (pattern: string) => string;
  readonly secrets: string;
}

export function resourcesOf(stack: Stack, { names }: Context): Resources {
  const bucket = stack.formatArn({ ...GLOBAL, service: "s3", resource: names.dataBucket });
  const arn = (service: string, resource: string, resourceName?: string) =>
    stack.formatArn({ service, resource, ...(resourceName === undefined ? {} : { resourceName }) });
  return {
    queue: (name) => arn("sqs", name),
    table: arn("dynamodb", "table", names.stateTable),
    bucket,
    objects: (pattern) => `${bucket}/${pattern}`,
    // Secrets Manager ends each ARN with six characters of its own.
    secrets: `${arn("secretsmanager", "secret")}:${names.secrets.prefix}*`,
  };
}

const GLOBAL = { region: "", account: "" };
const FIND_AND_SEND = ["sqs:GetQueueUrl", "sqs:SendMessage"];
const RECEIVE_AND_ANSWER = [
  "sqs:GetQueueUrl",
  "sqs:ReceiveMessage",
  "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessage",
];
/**
 * The singletons that say which run is the latest and what holds for all liquidators, the items of CDPs, of prices, and of
 * what is promised of the account.
 */
const ITEMS = {
  runPointer: "RUN",
  fleet: "FLEET",
  cdps: "CDP#*",
  prices: "PRICE#*",
  treasury: "TREASURY#*",
};

const onItems = (test: "StringEquals" | "StringLike", pattern: string) => ({
  [`ForAllValues:${test}`]: { "dynamodb:LeadingKeys": [pattern] },
});

/** Sends batches, writes manifests and the books of runs. */
export function dispatcherStatements(r: Resources, { names }: Context): PolicyStatement[] {
  return [
    allow("SendBatches", FIND_AND_SEND, [r.queue(names.queues.index)]),
    // Whether a batch that has not reported may still be queued.
    allow("CountBatches", ["sqs:GetQueueAttributes"], [r.queue(names.queues.index)]),
    allow("ReadRuns", ["s3:GetObject"], [r.objects("runs/*")]),
    allow(
      "WriteManifestsAndBooks",
      ["s3:PutObject"],
      [r.objects("runs/*/manifest.json"), r.objects("runs/*/coverage.json")],
    ),
    knowWhatIsNotThere(r),
    allow(
      "MoveTheRunPointer",
      ["dynamodb:GetItem", "dynamodb:UpdateItem"],
      [r.table],
      onItems("StringEquals", ITEMS.runPointer),
    ),
  ];
}

/** Takes batches, writes snapshots and summaries, sends candidates. */
export function indexerStatements(r: Resources, { names }: Context): PolicyStatement[] {
  const { index, indexDeadLetter, liquidation } = names.queues;
  return [
    allow("TakeBatches", RECEIVE_AND_ANSWER, [r.queue(index)]),
    allow("ParkBatches", FIND_AND_SEND, [r.queue(indexDeadLetter)]),
    allow("SendCandidates", FIND_AND_SEND, [r.queue(liquidation)]),
    allow("ReadRuns", ["s3:GetObject"], [r.objects("runs/*")]),
    allow(
      "WriteSnapshotsAndSummaries",
      ["s3:PutObject"],
      [
        r.objects("snapshots/run=*/batch=*.parquet"),
        r.objects("runs/*/batches/*.json"),
        r.objects("runs/*/prices.json"),
      ],
    ),
    knowWhatIsNotThere(r),
    allow(
      "ReadTheRunPointer",
      ["dynamodb:GetItem"],
      [r.table],
      onItems("StringEquals", ITEMS.runPointer),
    ),
    allow(
      "KeepThePriceGuard",
      ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
      [r.table],
      onItems("StringLike", ITEMS.prices),
    ),
  ];
}

/** Takes candidates, keeps its leases, attempts and reservations, writes outcomes, signs. */
export function liquidatorStatements(
  r: Resources,
  { names }: Context,
  signingKeyArn: string,
): PolicyStatement[] {
  const { liquidation, liquidationDeadLetter } = names.queues;
  return [
    allow("TakeCandidates", RECEIVE_AND_ANSWER, [r.queue(liquidation)]),
    allow("ParkCandidates", FIND_AND_SEND, [r.queue(liquidationDeadLetter)]),
    allow("WriteOutcomes", ["s3:PutObject"], [r.objects("outcomes/run=*/cdp=*.json")]),
    allow(
      "KeepLeasesAndAttempts",
      ["dynamodb:GetItem", "dynamodb:UpdateItem"],
      [r.table],
      onItems("StringLike", ITEMS.cdps),
    ),
    // It says for a new table, or a restored one, until when fire is held.
    allow(
      "ObeyTheFleetSwitch",
      ["dynamodb:GetItem", "dynamodb:UpdateItem"],
      [r.table],
      onItems("StringEquals", ITEMS.fleet),
    ),
    allow("KnowTheTable", ["dynamodb:DescribeTable"], [r.table]),
    allow(
      "ReadThePriceGuard",
      ["dynamodb:BatchGetItem"],
      [r.table],
      onItems("StringLike", ITEMS.prices),
    ),
    allow(
      "KeepReservations",
      ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"],
      [r.table],
      onItems("StringLike", ITEMS.treasury),
    ),
    // A scan has no leading keys.
    allow("FindUnfinalAttempts", ["dynamodb:Scan"], [r.table]),
    allow("Sign", ["kms:Sign", "kms:GetPublicKey"], [signingKeyArn]),
  ];
}

/**
 * What the operator's command line reads, and what it changes: the fleet switch, a quarantine, a price in doubt. And what
 * the runbook of dead letters does.
 */
export function operatorStatements(
  r: Resources,
  { names: { queues } }: Context,
): PolicyStatement[] {
  const deadLetters = [queues.indexDeadLetter, queues.liquidationDeadLetter].map(r.queue);
  return [
    allow("ReadOutcomes", ["s3:GetObject"], [r.objects("outcomes/*")]),
    allow("ListOutcomes", ["s3:ListBucket"], [r.bucket]),
    // A scan has no leading keys, and people may look at everything here: nothing in it is secret.
    allow(
      "ReadTheState",
      ["dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Scan"],
      [r.table],
    ),
    allow(
      "PauseAndResume",
      ["dynamodb:UpdateItem"],
      [r.table],
      onItems("StringEquals", ITEMS.fleet),
    ),
    allow(
      "VouchForPrices",
      ["dynamodb:UpdateItem"],
      [r.table],
      onItems("StringLike", ITEMS.prices),
    ),
    allow(
      "ReleaseFromQuarantine",
      ["dynamodb:UpdateItem"],
      [r.table],
      onItems("StringLike", ITEMS.cdps),
    ),
    allow(
      "SeeWhatWaits",
      ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
      [...[queues.index, queues.liquidation].map(r.queue), ...deadLetters],
    ),
    allow(
      "ReadAndClearDeadLetters",
      ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:PurgeQueue", "sqs:ReceiveMessage"],
      deadLetters,
    ),
  ];
}

/** Without it S3 answers 403 for an object that is not there, which looks like a fault; it shows keys, no content. */
const knowWhatIsNotThere = (r: Resources) =>
  allow("KnowWhatIsNotThere", ["s3:ListBucket"], [r.bucket]);
