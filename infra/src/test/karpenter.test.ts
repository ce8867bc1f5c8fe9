import { mainnet } from "@weft/environments";
import { beforeAll, expect, test } from "vitest";
import type { Templates } from "../templates.ts";
import { roleRights } from "./role-rights.ts";
import { resourcesOf, templatesOf } from "./synthesized.ts";

let templates: Templates;

beforeAll(async () => {
  templates = await templatesOf(mainnet);
});

test("the controller may do what Karpenter's own template lets it, to this cluster's nodes alone", () => {
  expect(roleRights(templates)["cluster/karpentercontrollerrole"]).toEqual({
    trust: [
      'Allow sts:AssumeRole sts:TagSession by {"Service":"pods.eks.amazonaws.com"} if {"StringEquals":{"aws:RequestTag/eks-cluster-name":"weft-mainnet","aws:RequestTag/kubernetes-namespace":"kube-system","aws:RequestTag/kubernetes-service-account":"karpenter"}}',
    ],
    rights: [
      "Allow StartFromWhatIsThere: ec2:RunInstances ec2:CreateFleet on arn:aws:ec2:eu-west-1::image/* arn:aws:ec2:eu-west-1::snapshot/* arn:aws:ec2:eu-west-1:*:security-group/* arn:aws:ec2:eu-west-1:*:subnet/* arn:aws:ec2:eu-west-1:*:capacity-reservation/* arn:aws:ec2:eu-west-1:*:placement-group/*",
      'Allow StartFromOwnTemplates: ec2:RunInstances ec2:CreateFleet on arn:aws:ec2:eu-west-1:*:launch-template/* if {"StringEquals":{"aws:ResourceTag/kubernetes.io/cluster/weft-mainnet":"owned"},"StringLike":{"aws:ResourceTag/karpenter.sh/nodepool":"*"}}',
      'Allow StartWithTags: ec2:RunInstances ec2:CreateFleet ec2:CreateLaunchTemplate on arn:aws:ec2:eu-west-1:*:fleet/* arn:aws:ec2:eu-west-1:*:instance/* arn:aws:ec2:eu-west-1:*:volume/* arn:aws:ec2:eu-west-1:*:network-interface/* arn:aws:ec2:eu-west-1:*:launch-template/* arn:aws:ec2:eu-west-1:*:spot-instances-request/* if {"StringEquals":{"aws:RequestTag/kubernetes.io/cluster/weft-mainnet":"owned","aws:RequestTag/eks:eks-cluster-name":"weft-mainnet"},"StringLike":{"aws:RequestTag/karpenter.sh/nodepool":"*"}}',
      'Allow TagOnCreation: ec2:CreateTags on arn:aws:ec2:eu-west-1:*:fleet/* arn:aws:ec2:eu-west-1:*:instance/* arn:aws:ec2:eu-west-1:*:volume/* arn:aws:ec2:eu-west-1:*:network-interface/* arn:aws:ec2:eu-west-1:*:launch-template/* arn:aws:ec2:eu-west-1:*:spot-instances-request/* if {"StringEquals":{"aws:RequestTag/kubernetes.io/cluster/weft-mainnet":"owned","aws:RequestTag/eks:eks-cluster-name":"weft-mainnet","ec2:CreateAction":["RunInstances","CreateFleet","CreateLaunchTemplate"]},"StringLike":{"aws:RequestTag/karpenter.sh/nodepool":"*"}}',
      'Allow NameOwnInstances: ec2:CreateTags on arn:aws:ec2:eu-west-1:*:instance/* if {"StringEquals":{"aws:ResourceTag/kubernetes.io/cluster/weft-mainnet":"owned"},"StringLike":{"aws:ResourceTag/karpenter.sh/nodepool":"*"},"StringEqualsIfExists":{"aws:RequestTag/eks:eks-cluster-name":"weft-mainnet"},"ForAllValues:StringEquals":{"aws:TagKeys":["eks:eks-cluster-name","karpenter.sh/nodeclaim","Name"]}}',
      'Allow EndOwn: ec2:TerminateInstances ec2:DeleteLaunchTemplate on arn:aws:ec2:eu-west-1:*:instance/* arn:aws:ec2:eu-west-1:*:launch-template/* if {"StringEquals":{"aws:ResourceTag/kubernetes.io/cluster/weft-mainnet":"owned"},"StringLike":{"aws:ResourceTag/karpenter.sh/nodepool":"*"}}',
      'Allow PassTheNodeRole: iam:PassRole on <karpenternodes.Arn> if {"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}',
      'Allow MakeProfiles: iam:CreateInstanceProfile on arn:aws:iam::<AWS::AccountId>:instance-profile/* if {"StringEquals":{"aws:RequestTag/kubernetes.io/cluster/weft-mainnet":"owned","aws:RequestTag/topology.kubernetes.io/region":"eu-west-1","aws:RequestTag/eks:eks-cluster-name":"weft-mainnet"},"StringLike":{"aws:RequestTag/karpenter.k8s.aws/ec2nodeclass":"*"}}',
      'Allow TagOwnProfiles: iam:TagInstanceProfile on arn:aws:iam::<AWS::AccountId>:instance-profile/* if {"StringEquals":{"aws:ResourceTag/kubernetes.io/cluster/weft-mainnet":"owned","aws:ResourceTag/topology.kubernetes.io/region":"eu-west-1","aws:RequestTag/kubernetes.io/cluster/weft-mainnet":"owned","aws:RequestTag/topology.kubernetes.io/region":"eu-west-1","aws:RequestTag/eks:eks-cluster-name":"weft-mainnet"},"StringLike":{"aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass":"*","aws:RequestTag/karpenter.k8s.aws/ec2nodeclass":"*"}}',
      'Allow ChangeOwnProfiles: iam:AddRoleToInstanceProfile iam:RemoveRoleFromInstanceProfile iam:DeleteInstanceProfile on arn:aws:iam::<AWS::AccountId>:instance-profile/* if {"StringEquals":{"aws:ResourceTag/kubernetes.io/cluster/weft-mainnet":"owned","aws:ResourceTag/topology.kubernetes.io/region":"eu-west-1"},"StringLike":{"aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass":"*"}}',
      "Allow ReadProfiles: iam:GetInstanceProfile on arn:aws:iam::<AWS::AccountId>:instance-profile/*",
      "Allow ListProfiles: iam:ListInstanceProfiles on *",
      "Allow HearOfInterruptions: sqs:GetQueueUrl sqs:ReceiveMessage sqs:DeleteMessage on <karpenterinterruptionsqueue.Arn>",
      'Allow SeeZonalShifts: arc-zonal-shift:GetManagedResource on * if {"StringEquals":{"arc-zonal-shift:ResourceIdentifier":"arn:aws:eks:eu-west-1:<AWS::AccountId>:cluster/weft-mainnet"}}',
      "Allow FindTheApiServer: eks:DescribeCluster on arn:aws:eks:eu-west-1:<AWS::AccountId>:cluster/weft-mainnet",
      'Allow SeeWhatTheRegionHas: ec2:DescribeCapacityReservations ec2:DescribeImages ec2:DescribeInstances ec2:DescribeInstanceStatus ec2:DescribeInstanceTypeOfferings ec2:DescribeInstanceTypes ec2:DescribeLaunchTemplates ec2:DescribePlacementGroups ec2:DescribeSecurityGroups ec2:DescribeSpotPriceHistory ec2:DescribeSubnets on * if {"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}',
      "Allow FindImages: ssm:GetParameter on arn:aws:ssm:eu-west-1::parameter/aws/service/*",
      "Allow SeePrices: pricing:GetProducts on *",
    ],
  });
});

test("its nodes have what any node needs, and join by an entry of their own", () => {
  expect(roleRights(templates)["cluster/karpenternodes"]).toEqual({
    trust: ['Allow sts:AssumeRole by {"Service":"ec2.amazonaws.com"}'],
    rights: [
      "Managed arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
      "Managed arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
      "Managed arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
      "Managed arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    ],
  });
  const [role] = resourcesOf(templates, "AWS::IAM::Role").filter(
    ({ properties }) =>
      properties.RoleName !== undefined && String(properties.Description).startsWith("Nodes that"),
  );
  expect(role?.properties.RoleName).toBe("weft-mainnet-eu-west-1-node");
  const entries = resourcesOf(templates, "AWS::EKS::AccessEntry").map(({ properties }) => [
    properties.PrincipalArn,
    properties.Type,
  ]);
  expect(entries).toContainEqual(["<karpenternodes.Arn>", "EC2_LINUX"]);
});

test("it hears of every way in which a node is taken away", () => {
  const patterns = resourcesOf(templates, "AWS::Events::Rule").map(({ properties }) => {
    const { source, "detail-type": kind } = properties.EventPattern as Record<string, string[]>;
    expect(properties.Targets).toEqual([
      { Id: "Target0", Arn: "<karpenterinterruptionsqueue.Arn>" },
    ]);
    return `${source}: ${kind}`;
  });
  expect(patterns.sort()).toEqual([
    "aws.ec2: EC2 Capacity Reservation Instance Interruption Warning",
    "aws.ec2: EC2 Instance Rebalance Recommendation",
    "aws.ec2: EC2 Instance State-change Notification",
    "aws.ec2: EC2 Spot Instance Interruption Warning",
    "aws.health: AWS Health Event",
  ]);
});

test("it finds subnets for nodes, and one security group, by the tag of this cluster", () => {
  const tagged = resourcesOf(templates).filter(({ properties }) =>
    JSON.stringify(properties.Tags ?? []).includes(
      '{"Key":"karpenter.sh/discovery","Value":"weft-mainnet"}',
    ),
  );
  expect(tagged.map(({ Type }) => Type).sort()).toEqual([
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::Subnet",
    "AWS::EC2::Subnet",
  ]);
});
