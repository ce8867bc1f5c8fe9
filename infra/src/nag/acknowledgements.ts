import { type App, Validations } from "aws-cdk-lib";
import type { Context } from "../context.ts";
import { ACCOUNT_NAMES } from "../names.ts";

/** Findings that are meant to be, on one construct, and why. The only place where a finding is answered. */
export interface Acknowledgement {
  /** Of the construct, or of one above it. */
  readonly path: string;
  readonly reason: string;
  readonly findings: readonly string[];
}

const managed = (policy: string) =>
  `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`;
const resource = (arn: string) => `AwsSolutions-IAM5[Resource::${arn}]`;

const NODE_POLICIES = [
  "AmazonEKSWorkerNodePolicy",
  "AmazonEKS_CNI_Policy",
  "AmazonEC2ContainerRegistryPullOnly",
  "AmazonSSMManagedInstanceCore",
].map(managed);
const NODE_REASON =
  "EKS defines what a node needs, by these policies; pods do not reach the node's role";

/** @throws {Error} when a construct that is named has gone */
export function acknowledgeFindings(app: App, context: Context): void {
  for (const { path, reason, findings } of acknowledgementsOf(context)) {
    const construct = app.node.findAll().find(({ node }) => node.path === path);
    if (construct === undefined)
      throw new Error(`findings of ${path} are acknowledged: it has gone`);
    Validations.of(construct).acknowledge(...findings.map((id) => ({ id, reason })));
  }
}

export function acknowledgementsOf(context: Context): Acknowledgement[] {
  return [
    ...onCluster(),
    onOperators(context),
    ...onKarpenter(context),
    ...onPods(context),
    ...onDelivery(context),
  ];
}

const onCluster = (): Acknowledgement[] => [
  {
    path: "cluster/cluster/Role",
    reason:
      "EKS defines what its control plane needs, by this policy, and changes it with its versions",
    findings: [managed("AmazonEKSClusterPolicy")],
  },
  {
    path: "cluster/cluster/Resource",
    reason:
      "The library writes encryptionConfig so; EKS takes secrets as what is encrypted, and nothing else",
    findings: ["CloudFormation-Validate::W9009"],
  },
  { path: "cluster/system-nodes/role", reason: NODE_REASON, findings: NODE_POLICIES },
  { path: "cluster/karpenter/nodes", reason: NODE_REASON, findings: NODE_POLICIES },
  {
    path: "cluster/karpenter/interruptions/queue",
    reason:
      "A warning lasts five minutes: one that was not read in time has come true, and is worth nothing",
    findings: ["AwsSolutions-SQS3"],
  },
];

const onOperators = ({ names }: Context): Acknowledgement => ({
  path: "cluster/operator",
  reason: "Outcomes are one object each; the prefix is as far as an operator reads",
  findings: [resource(`arn:aws:s3:::${names.dataBucket}/outcomes/*`)],
});

function onKarpenter({ aws: { region } }: Context): Acknowledgement[] {
  const path = "cluster/karpenter/controller";
  const amazons = (kind: string) => resource(`arn:aws:ec2:${region}::${kind}/*`);
  const any = (kind: string) => resource(`arn:aws:ec2:${region}:*:${kind}/*`);
  const made = ["fleet", "instance", "volume", "network-interface", "launch-template"];
  return [
    {
      path,
      reason:
        "An instance starts from images, groups and subnets that Karpenter finds by its node classes",
      findings: [
        ...["image", "snapshot"].map(amazons),
        ...["security-group", "subnet", "capacity-reservation", "placement-group"].map(any),
      ],
    },
    {
      path,
      reason: "It has no name before it is made; conditions tie it to the tags of this cluster",
      findings: [
        ...[...made, "spot-instances-request"].map(any),
        resource("arn:aws:iam::<AWS::AccountId>:instance-profile/*"),
      ],
    },
    {
      path,
      reason: "AWS's own parameters: which image is the newest",
      findings: [resource(`arn:aws:ssm:${region}::parameter/aws/service/*`)],
    },
    {
      path,
      reason:
        "Describing, listing, prices and zonal shifts know no resources; all of them only read",
      findings: [resource("*")],
    },
  ];
}

function onPods({ aws, names }: Context): Acknowledgement[] {
  const objects = (pattern: string) => resource(`arn:aws:s3:::${names.dataBucket}/${pattern}`);
  const runs = objects("runs/*");
  return [
    {
      path: "identity/dispatcher",
      reason:
        "Keys hold the run's id: these patterns are all there is to write, under the prefix of runs",
      findings: [runs, objects("runs/*/manifest.json"), objects("runs/*/coverage.json")],
    },
    {
      path: "identity/indexer",
      reason: "Keys hold run and batch: snapshots and summaries are all there is to write",
      findings: [
        runs,
        objects("snapshots/run=*/batch=*.parquet"),
        objects("runs/*/batches/*.json"),
        objects("runs/*/prices.json"),
      ],
    },
    {
      path: "identity/liquidator",
      reason: "Keys hold run, CDP and attempt: outcomes are all there is to write",
      findings: [objects("outcomes/run=*/cdp=*.json")],
    },
    {
      path: "identity/collector",
      reason: "CloudWatch knows no resources for reading metrics; nothing else is allowed",
      findings: [resource("*")],
    },
    {
      path: "identity/externalSecrets",
      reason:
        "Secrets of this environment, by their prefix; the ARN of each ends in characters of its own",
      findings: [
        resource(
          `arn:aws:secretsmanager:${aws.region}:<AWS::AccountId>:secret:${names.secrets.prefix}*`,
        ),
      ],
    },
  ];
}

function onDelivery({ env, aws, names }: Context): Acknowledgement[] {
  if (env.delivery === undefined) return [];
  const stack = (name: string) =>
    resource(`arn:aws:cloudformation:${aws.region}:<AWS::AccountId>:stack/${name}/*`);
  const stacks = stack(`${names.cluster}-*`);
  const plan = {
    path: "delivery/plan",
    reason:
      "The stacks of this environment, by their common beginning; their templates are read, nothing else",
    findings: [stacks],
  };
  const drift = {
    path: "delivery/drift",
    reason:
      "CloudFormation reads every kind of resource with the rights of who asks: AWS's policy for auditors reads settings and no data. A detection has no stack in its name",
    findings: [stacks, stack(ACCOUNT_NAMES.stack), resource("*"), managed("SecurityAudit")],
  };
  if (!aws.ownsAccount) return [plan, drift];
  const push = {
    path: "account/push",
    reason:
      "ECR gives its token for no repository; what may be pushed to is said by the other statement",
    findings: [resource("*")],
  };
  return [plan, drift, push];
}
