import { mainnet, stokenet } from "@weft/environments";
import { beforeAll, expect, test } from "vitest";
import type { Templates } from "../templates.ts";
import { type RoleRights, roleRights } from "./role-rights.ts";
import { resourcesOf, templatesOf } from "./synthesized.ts";

let templates: Templates;
let rights: Record<string, RoleRights>;

beforeAll(async () => {
  templates = await templatesOf(mainnet);
  rights = roleRights(templates);
});

test("the dispatcher sends batches, and writes about runs alone", () => {
  expect(rights["identity/dispatcherrole"]).toEqual({
    trust: [
      'Allow sts:AssumeRole sts:TagSession by {"Service":"pods.eks.amazonaws.com"} if {"StringEquals":{"aws:RequestTag/eks-cluster-name":"weft-mainnet","aws:RequestTag/kubernetes-namespace":"weft","aws:RequestTag/kubernetes-service-account":"dispatcher"}}',
    ],
    rights: [
      "Allow SendBatches: sqs:GetQueueUrl sqs:SendMessage on arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-index",
      "Allow CountBatches: sqs:GetQueueAttributes on arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-index",
      "Allow ReadRuns: s3:GetObject on arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1/runs/*",
      "Allow WriteManifestsAndBooks: s3:PutObject on arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1/runs/*/manifest.json arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1/runs/*/coverage.json",
      "Allow KnowWhatIsNotThere: s3:ListBucket on arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1",
      'Allow MoveTheRunPointer: dynamodb:GetItem dynamodb:UpdateItem on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state if {"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["RUN"]}}',
    ],
  });
});

test("the indexer takes batches, parks them, sends candidates, and writes what it saw", () => {
  expect(rights["identity/indexerrole"]).toEqual({
    trust: [
      'Allow sts:AssumeRole sts:TagSession by {"Service":"pods.eks.amazonaws.com"} if {"StringEquals":{"aws:RequestTag/eks-cluster-name":"weft-mainnet","aws:RequestTag/kubernetes-namespace":"weft","aws:RequestTag/kubernetes-service-account":"indexer"}}',
    ],
    rights: [
      "Allow TakeBatches: sqs:GetQueueUrl sqs:ReceiveMessage sqs:ChangeMessageVisibility sqs:DeleteMessage on arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-index",
      "Allow ParkBatches: sqs:GetQueueUrl sqs:SendMessage on arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-index-dlq",
      "Allow SendCandidates: sqs:GetQueueUrl sqs:SendMessage on arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-liquidation.fifo",
      "Allow ReadRuns: s3:GetObject on arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1/runs/*",
      "Allow WriteSnapshotsAndSummaries: s3:PutObject on arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1/snapshots/run=*/batch=*.parquet arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1/runs/*/batches/*.json arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1/runs/*/prices.json",
      "Allow KnowWhatIsNotThere: s3:ListBucket on arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1",
      'Allow ReadTheRunPointer: dynamodb:GetItem on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state if {"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["RUN"]}}',
      'Allow KeepThePriceGuard: dynamodb:BatchGetItem dynamodb:UpdateItem on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["PRICE#*"]}}',
    ],
  });
});

test("the liquidator takes candidates, parks them, keeps its attempts, writes outcomes, and signs", () => {
  expect(rights["identity/liquidatorrole"]).toEqual({
    trust: [
      'Allow sts:AssumeRole sts:TagSession by {"Service":"pods.eks.amazonaws.com"} if {"StringEquals":{"aws:RequestTag/eks-cluster-name":"weft-mainnet","aws:RequestTag/kubernetes-namespace":"weft","aws:RequestTag/kubernetes-service-account":"liquidator"}}',
    ],
    rights: [
      "Allow TakeCandidates: sqs:GetQueueUrl sqs:ReceiveMessage sqs:ChangeMessageVisibility sqs:DeleteMessage on arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-liquidation.fifo",
      "Allow ParkCandidates: sqs:GetQueueUrl sqs:SendMessage on arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-liquidation-dlq.fifo",
      "Allow WriteOutcomes: s3:PutObject on arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1/outcomes/run=*/cdp=*.json",
      'Allow KeepLeasesAndAttempts: dynamodb:GetItem dynamodb:UpdateItem on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["CDP#*"]}}',
      'Allow ObeyTheFleetSwitch: dynamodb:GetItem dynamodb:UpdateItem on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state if {"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["FLEET"]}}',
      "Allow KnowTheTable: dynamodb:DescribeTable on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state",
      'Allow ReadThePriceGuard: dynamodb:BatchGetItem on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["PRICE#*"]}}',
      'Allow KeepReservations: dynamodb:BatchGetItem dynamodb:GetItem dynamodb:UpdateItem on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["TREASURY#*"]}}',
      "Allow FindUnfinalAttempts: dynamodb:Scan on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state",
      "Allow Sign: kms:Sign kms:GetPublicKey on <signingkey.Arn>",
    ],
  });
});

test("KEDA sees how long the queues are, and no message", () => {
  expect(rights["identity/kedarole"]).toEqual({
    trust: [
      'Allow sts:AssumeRole sts:TagSession by {"Service":"pods.eks.amazonaws.com"} if {"StringEquals":{"aws:RequestTag/eks-cluster-name":"weft-mainnet","aws:RequestTag/kubernetes-namespace":"keda","aws:RequestTag/kubernetes-service-account":"keda-operator"}}',
    ],
    rights: [
      "Allow ReadQueueDepths: sqs:GetQueueUrl sqs:GetQueueAttributes on arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-index arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-liquidation.fifo",
    ],
  });
});

test("the collector reads metrics, and nothing else", () => {
  expect(rights["identity/collectorrole"]).toEqual({
    trust: [
      'Allow sts:AssumeRole sts:TagSession by {"Service":"pods.eks.amazonaws.com"} if {"StringEquals":{"aws:RequestTag/eks-cluster-name":"weft-mainnet","aws:RequestTag/kubernetes-namespace":"weft-telemetry","aws:RequestTag/kubernetes-service-account":"grafana-agent"}}',
    ],
    rights: [
      "Allow ReadMetrics: cloudwatch:GetMetricData cloudwatch:GetMetricStatistics cloudwatch:ListMetrics on *",
    ],
  });
});

test("External Secrets reads this environment's secrets, and no other's", () => {
  expect(rights["identity/externalSecretsrole"]).toEqual({
    trust: [
      'Allow sts:AssumeRole sts:TagSession by {"Service":"pods.eks.amazonaws.com"} if {"StringEquals":{"aws:RequestTag/eks-cluster-name":"weft-mainnet","aws:RequestTag/kubernetes-namespace":"external-secrets","aws:RequestTag/kubernetes-service-account":"external-secrets"}}',
    ],
    rights: [
      "Allow ReadSecrets: secretsmanager:GetSecretValue secretsmanager:DescribeSecret on arn:aws:secretsmanager:eu-west-1:<AWS::AccountId>:secret:weft/mainnet/*",
    ],
  });
});

test("people are let into the cluster, and to what the command line of operators reads and changes, by a role that can do nothing else", () => {
  expect(rights["cluster/operator"]).toEqual({
    trust: ['Allow sts:AssumeRole by {"AWS":"arn:aws:iam::<AWS::AccountId>:root"}'],
    rights: [
      "Allow FindTheApiServer: eks:DescribeCluster on <cluster.Arn>",
      "Allow ReadOutcomes: s3:GetObject on arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1/outcomes/*",
      "Allow ListOutcomes: s3:ListBucket on arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1",
      "Allow ReadTheState: dynamodb:BatchGetItem dynamodb:DescribeTable dynamodb:GetItem dynamodb:Scan on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state",
      'Allow PauseAndResume: dynamodb:UpdateItem on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state if {"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["FLEET"]}}',
      'Allow VouchForPrices: dynamodb:UpdateItem on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["PRICE#*"]}}',
      'Allow ReleaseFromQuarantine: dynamodb:UpdateItem on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["CDP#*"]}}',
      "Allow SeeWhatWaits: sqs:GetQueueAttributes sqs:GetQueueUrl on arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-index arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-liquidation.fifo arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-index-dlq arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-liquidation-dlq.fifo",
      "Allow ReadAndClearDeadLetters: sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:PurgeQueue sqs:ReceiveMessage on arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-index-dlq arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet-liquidation-dlq.fifo",
    ],
  });
});

test("the control plane has what EKS gives it", () => {
  expect(rights["cluster/clusterRole"]).toEqual({
    trust: ['Allow sts:AssumeRole by {"Service":"eks.amazonaws.com"}'],
    rights: ["Managed arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"],
  });
});

test("a system node has what any node needs", () => {
  expect(rights["cluster/systemnodesrole"]).toEqual({
    trust: ['Allow sts:AssumeRole by {"Service":"ec2.amazonaws.com"}'],
    rights: [
      "Managed arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
      "Managed arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
      "Managed arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
      "Managed arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    ],
  });
});

test("flow logs go to their log group", () => {
  expect(rights["network/vpcflowsIAMRole"]).toEqual({
    trust: ['Allow sts:AssumeRole by {"Service":"vpc-flow-logs.amazonaws.com"}'],
    rights: [
      "Allow logs:CreateLogStream logs:PutLogEvents logs:DescribeLogStreams on <flowlogs.Arn>",
    ],
  });
});

test("a pull request reads templates", () => {
  expect(rights["delivery/planrole"]).toEqual({
    trust: [
      'Allow sts:AssumeRoleWithWebIdentity by {"Federated":"arn:aws:iam::<AWS::AccountId>:oidc-provider/token.actions.githubusercontent.com"} if {"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:weft-finance/weft-backend:pull_request"}}',
    ],
    rights: [
      "Allow ReadTemplates: cloudformation:DescribeStacks cloudformation:GetTemplate on arn:aws:cloudformation:eu-west-1:<AWS::AccountId>:stack/weft-mainnet-*/*",
    ],
  });
});

test("the nightly look, which runs for main, reads settings and templates, and starts no more than a detection", () => {
  expect(rights["delivery/driftrole"]).toEqual({
    trust: [
      'Allow sts:AssumeRoleWithWebIdentity by {"Federated":"arn:aws:iam::<AWS::AccountId>:oidc-provider/token.actions.githubusercontent.com"} if {"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:weft-finance/weft-backend:ref:refs/heads/main"}}',
    ],
    rights: [
      "Managed arn:aws:iam::aws:policy/SecurityAudit",
      "Allow ReadTemplates: cloudformation:DescribeStacks cloudformation:GetTemplate on arn:aws:cloudformation:eu-west-1:<AWS::AccountId>:stack/weft-mainnet-*/* arn:aws:cloudformation:eu-west-1:<AWS::AccountId>:stack/weft-account/*",
      "Allow DetectDrift: cloudformation:DescribeStackResourceDrifts cloudformation:DetectStackDrift cloudformation:DetectStackResourceDrift on arn:aws:cloudformation:eu-west-1:<AWS::AccountId>:stack/weft-mainnet-*/* arn:aws:cloudformation:eu-west-1:<AWS::AccountId>:stack/weft-account/*",
      "Allow FollowDetection: cloudformation:BatchDescribeTypeConfigurations cloudformation:DescribeStackDriftDetectionStatus on *",
    ],
  });
});

test("a deployment takes the CDK's own roles, from the environment of its name", () => {
  expect(rights["delivery/deployrole"]).toEqual({
    trust: [
      'Allow sts:AssumeRoleWithWebIdentity by {"Federated":"arn:aws:iam::<AWS::AccountId>:oidc-provider/token.actions.githubusercontent.com"} if {"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:weft-finance/weft-backend:environment:mainnet"}}',
    ],
    rights: [
      "Allow DeployAsTheCdkDoes: sts:AssumeRole on arn:aws:iam::<AWS::AccountId>:role/cdk-hnb659fds-deploy-role-<AWS::AccountId>-eu-west-1 arn:aws:iam::<AWS::AccountId>:role/cdk-hnb659fds-file-publishing-role-<AWS::AccountId>-eu-west-1 arn:aws:iam::<AWS::AccountId>:role/cdk-hnb659fds-lookup-role-<AWS::AccountId>-eu-west-1",
    ],
  });
});

test("a build of the main branch pushes images", () => {
  expect(rights["account/pushrole"]).toEqual({
    trust: [
      'Allow sts:AssumeRoleWithWebIdentity by {"Federated":"arn:aws:iam::<AWS::AccountId>:oidc-provider/token.actions.githubusercontent.com"} if {"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:weft-finance/weft-backend:ref:refs/heads/main"}}',
    ],
    rights: [
      "Allow LogIn: ecr:GetAuthorizationToken on *",
      "Allow PushImages: ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:CompleteLayerUpload ecr:DescribeImages ecr:GetDownloadUrlForLayer ecr:InitiateLayerUpload ecr:PutImage ecr:UploadLayerPart on <dispatcher.Arn> <indexer.Arn> <liquidator.Arn>",
    ],
  });
});

test("there are no other roles", () => {
  expect(Object.keys(rights)).toEqual([
    "account/pushrole",
    "cluster/clusterRole",
    "cluster/karpentercontrollerrole",
    "cluster/karpenternodes",
    "cluster/operator",
    "cluster/systemnodesrole",
    "delivery/deployrole",
    "delivery/driftrole",
    "delivery/planrole",
    "identity/collectorrole",
    "identity/dispatcherrole",
    "identity/externalSecretsrole",
    "identity/indexerrole",
    "identity/kedarole",
    "identity/liquidatorrole",
    "network/vpcflowsIAMRole",
  ]);
});

test("another environment has the same rights, to what is its own", async () => {
  const others = roleRights(await templatesOf(stokenet));
  const { "account/pushrole": _onlyWhereTheAccountIsOwned, ...shared } = rights;
  const { "data/CustomS3AutoDeleteObjectsCustomResourceProviderRole": emptier, ...same } = others;
  const renamed = JSON.stringify(shared)
    .replaceAll("mainnet", "stokenet")
    .replaceAll("7be1d0", "9f2c41");
  expect(same).toEqual(JSON.parse(renamed));
  expect(emptier).toEqual({
    trust: ['Allow sts:AssumeRole by {"Service":"lambda.amazonaws.com"}'],
    rights: [
      "Managed arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    ],
  });
});

test("nobody but the liquidator's role can use the signing key, not even by rights of the account", () => {
  const [key, ...others] = resourcesOf(templates, "AWS::KMS::Key").filter(
    ({ properties }) => properties.KeyUsage === "SIGN_VERIFY",
  );
  expect(others).toEqual([]);
  expect(key?.properties).toMatchObject({ KeySpec: "ECC_NIST_EDWARDS25519" });
  expect(key?.properties.KeyPolicy).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Administration",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::<AWS::AccountId>:root" },
        Action: [
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:UpdateAlias",
          "kms:DescribeKey",
          "kms:EnableKey",
          "kms:DisableKey",
          "kms:GetKeyPolicy",
          "kms:PutKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListGrants",
          "kms:ListKeyPolicies",
          "kms:ListResourceTags",
          "kms:RevokeGrant",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateKeyDescription",
          "kms:ScheduleKeyDeletion",
          "kms:CancelKeyDeletion",
        ],
        Resource: "*",
      },
      {
        Sid: "SigningByTheLiquidatorAlone",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::<AWS::AccountId>:root" },
        Action: ["kms:Sign", "kms:GetPublicKey"],
        Resource: "*",
        Condition: { ArnEquals: { "aws:PrincipalArn": "<liquidatorrole.Arn>" } },
      },
    ],
  });
});

test("by their own policies, queues, buckets and topics are open to services of AWS alone", () => {
  const policies = resourcesOf(
    templates,
    "AWS::SQS::QueuePolicy",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
  );
  const allowed = policies.flatMap(({ properties }) => {
    const { Statement } = properties.PolicyDocument as { Statement: Record<string, unknown>[] };
    return Statement.filter(({ Effect }) => Effect === "Allow").map(({ Principal, Action }) =>
      JSON.stringify([Principal, Action]),
    );
  });
  expect([...new Set(allowed)].sort()).toEqual([
    '[{"Service":"budgets.amazonaws.com"},"sns:Publish"]',
    '[{"Service":"cloudwatch.amazonaws.com"},"sns:Publish"]',
    '[{"Service":"events.amazonaws.com"},["sqs:SendMessage","sqs:GetQueueAttributes","sqs:GetQueueUrl"]]',
    '[{"Service":"logging.s3.amazonaws.com"},"s3:PutObject"]',
  ]);
});
