import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { allow } from "./policy.ts";

export interface KarpenterScope {
  readonly clusterName: string;
  readonly region: string;
  readonly accountId: string;
  readonly nodeRoleArn: string;
  readonly clusterArn: string;
  readonly interruptionQueueArn: string;
}

const NODE_POOL = "karpenter.sh/nodepool";
const NODE_CLASS = "karpenter.k8s.aws/ec2nodeclass";

/**
 * The controller's rights, after the CloudFormation template of Karpenter's own guide (aws/karpenter-provider-aws,
 * v1.14). Whatever changes anything is tied to the tags of this cluster, so that two clusters in an account cannot reach
 * each other's nodes. The cluster's name stands in condition keys, and so must be a literal.
 */
export function karpenterStatements(scope: KarpenterScope): PolicyStatement[] {
  return [
    ...nodeLifecycle(scope),
    ...instanceProfiles(scope),
    ...interruption(scope),
    ...discovery(scope),
  ];
}

const ownedBy = (source: "RequestTag" | "ResourceTag", { clusterName }: KarpenterScope) => ({
  [`aws:${source}/kubernetes.io/cluster/${clusterName}`]: "owned",
});
const named = (source: "RequestTag" | "ResourceTag", tag: string) => ({
  [`aws:${source}/${tag}`]: "*",
});

function nodeLifecycle(scope: KarpenterScope): PolicyStatement[] {
  const { clusterName, region } = scope;
  // In the ARN of an image or a snapshot the account is empty.
  const amazons = (kind: string) => `arn:aws:ec2:${region}::${kind}/*`;
  const ours = (kind: string) => `arn:aws:ec2:${region}:*:${kind}/*`;
  const made = ["fleet", "instance", "volume", "network-interface", "launch-template"].map(ours);
  const madeForThisCluster = {
    ...ownedBy("RequestTag", scope),
    "aws:RequestTag/eks:eks-cluster-name": clusterName,
  };
  const start = ["ec2:RunInstances", "ec2:CreateFleet"];
  return [
    allow("StartFromWhatIsThere", start, [
      ...["image", "snapshot"].map(amazons),
      ...["security-group", "subnet", "capacity-reservation", "placement-group"].map(ours),
    ]),
    allow("StartFromOwnTemplates", start, [ours("launch-template")], {
      StringEquals: ownedBy("ResourceTag", scope),
      StringLike: named("ResourceTag", NODE_POOL),
    }),
    allow(
      "StartWithTags",
      [...start, "ec2:CreateLaunchTemplate"],
      [...made, ours("spot-instances-request")],
      {
        StringEquals: madeForThisCluster,
        StringLike: named("RequestTag", NODE_POOL),
      },
    ),
    allow("TagOnCreation", ["ec2:CreateTags"], [...made, ours("spot-instances-request")], {
      StringEquals: {
        ...madeForThisCluster,
        "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"],
      },
      StringLike: named("RequestTag", NODE_POOL),
    }),
    allow("NameOwnInstances", ["ec2:CreateTags"], [ours("instance")], {
      StringEquals: ownedBy("ResourceTag", scope),
      StringLike: named("ResourceTag", NODE_POOL),
      StringEqualsIfExists: { "aws:RequestTag/eks:eks-cluster-name": clusterName },
      "ForAllValues:StringEquals": {
        "aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"],
      },
    }),
    allow(
      "EndOwn",
      ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
      [ours("instance"), ours("launch-template")],
      {
        StringEquals: ownedBy("ResourceTag", scope),
        StringLike: named("ResourceTag", NODE_POOL),
      },
    ),
  ];
}

function instanceProfiles(scope: KarpenterScope): PolicyStatement[] {
  const { clusterName, region, accountId, nodeRoleArn } = scope;
  const profiles = [`arn:aws:iam::${accountId}:instance-profile/*`];
  const tags = (source: "RequestTag" | "ResourceTag") => ({
    ...ownedBy(source, scope),
    [`aws:${source}/topology.kubernetes.io/region`]: region,
  });
  const request = { ...tags("RequestTag"), "aws:RequestTag/eks:eks-cluster-name": clusterName };
  return [
    allow("PassTheNodeRole", ["iam:PassRole"], [nodeRoleArn], {
      StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" },
    }),
    allow("MakeProfiles", ["iam:CreateInstanceProfile"], profiles, {
      StringEquals: request,
      StringLike: named("RequestTag", NODE_CLASS),
    }),
    allow("TagOwnProfiles", ["iam:TagInstanceProfile"], profiles, {
      StringEquals: { ...tags("ResourceTag"), ...request },
      StringLike: { ...named("ResourceTag", NODE_CLASS), ...named("RequestTag", NODE_CLASS) },
    }),
    allow(
      "ChangeOwnProfiles",
      [
        "iam:AddRoleToInstanceProfile",
        "iam:RemoveRoleFromInstanceProfile",
        "iam:DeleteInstanceProfile",
      ],
      profiles,
      { StringEquals: tags("ResourceTag"), StringLike: named("ResourceTag", NODE_CLASS) },
    ),
    allow("ReadProfiles", ["iam:GetInstanceProfile"], profiles),
    allow("ListProfiles", ["iam:ListInstanceProfiles"], ["*"]),
  ];
}

const interruption = ({ interruptionQueueArn, clusterArn }: KarpenterScope) => [
  allow(
    "HearOfInterruptions",
    ["sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
    [interruptionQueueArn],
  ),
  allow("SeeZonalShifts", ["arc-zonal-shift:GetManagedResource"], ["*"], {
    StringEquals: { "arc-zonal-shift:ResourceIdentifier": clusterArn },
  }),
];

const discovery = ({ region, clusterArn }: KarpenterScope) => [
  allow("FindTheApiServer", ["eks:DescribeCluster"], [clusterArn]),
  allow(
    "SeeWhatTheRegionHas",
    [
      "ec2:DescribeCapacityReservations",
      "ec2:DescribeImages",
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceStatus",
      "ec2:DescribeInstanceTypeOfferings",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplates",
      "ec2:DescribePlacementGroups",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSpotPriceHistory",
      "ec2:DescribeSubnets",
    ],
    ["*"],
    { StringEquals: { "aws:RequestedRegion": region } },
  ),
  allow("FindImages", ["ssm:GetParameter"], [`arn:aws:ssm:${region}::parameter/aws/service/*`]),
  allow("SeePrices", ["pricing:GetProducts"], ["*"]),
];
