import type { Resource, Template, Templates } from "../templates.ts";
import { FREE } from "./free.ts";
import type { Kind, Line } from "./line.ts";
import { instanceNamed, PRICES, type Price } from "./prices.ts";
import { bucketLines, queueLines, tableLines } from "./store-lines.ts";
import { type Amounts, ASSUMED, HOURS, standing, type Traffic, times } from "./traffic.ts";

interface Surroundings {
  readonly template: Template;
  readonly traffic: Traffic;
}

type Properties = Readonly<Record<string, unknown>>;
type Pricer = (properties: Properties, surroundings: Surroundings) => Line[];

const line = (kind: Kind, what: string, price: Price, amounts: Amounts): Line => ({
  ...{ kind, what, price, amounts },
});
const always =
  (kind: Kind, what: string, price: Price, amount: number): Pricer =>
  () => [line(kind, what, price, standing(amount))];

/** Types that cost money, each with what of it does. */
export const PRICED: Readonly<Record<string, Pricer>> = {
  "AWS::EKS::Cluster": always("cluster", "EKS control plane", PRICES.eksCluster, HOURS),
  "AWS::EKS::Nodegroup": systemNodeLines,
  "AWS::EC2::NatGateway": always("nat", "NAT gateways", PRICES.natGateway, HOURS),
  "AWS::EC2::EIP": always("addresses", "public IPv4 addresses", PRICES.publicIpv4, HOURS),
  "AWS::EC2::VPCEndpoint": endpointLines,
  "AWS::SQS::Queue": (properties, { traffic }) => queueLines(properties, traffic),
  "AWS::DynamoDB::Table": (_, { traffic }) => tableLines(traffic),
  "AWS::S3::Bucket": (properties, { traffic }) => bucketLines(properties, traffic),
  "AWS::KMS::Key": keyLines,
  "AWS::CloudWatch::Alarm": always("watching", "CloudWatch alarms", PRICES.alarm, 1),
  "AWS::Logs::LogGroup": logLines,
  "AWS::ECR::Repository": always(
    ...(["images", "images in ECR", PRICES.images, ASSUMED.imageGbPerRepository] as const),
  ),
  "AWS::ECR::ReplicationConfiguration": always(
    "images",
    "images copied to another region",
    PRICES.transferBetweenRegions,
    ASSUMED.pushedImagesGb,
  ),
  "AWS::SNS::Topic": () => [
    line("watching", "notifications", PRICES.notifications, {
      ...{ idle: 0, typical: ASSUMED.alarmMessages / 1e6, crash: ASSUMED.alarmMessages / 1e6 },
    }),
  ],
  "AWS::Athena::WorkGroup": () => [
    line("queries", "Athena queries", PRICES.scanned, {
      ...{ idle: 0, typical: ASSUMED.queriesTb, crash: 0 },
    }),
  ],
};

/**
 * What the resources of the templates cost.
 *
 * @throws {Error} naming every type that has neither a price nor a reason to be free
 */
export function templateLines(templates: Templates, traffic: Traffic): Line[] {
  const unknown = new Set<string>();
  const lines = [...templates.values()].flatMap((template) =>
    Object.values(template.Resources).flatMap(({ Type, Properties = {} }: Resource) => {
      const pricer = PRICED[Type];
      if (pricer !== undefined) return pricer(Properties, { template, traffic });
      if (FREE[Type] === undefined) unknown.add(Type);
      return [];
    }),
  );
  if (unknown.size === 0) return lines;
  throw new Error(
    `no price for ${[...unknown].sort().join(", ")}: price it in infra/src/cost/template-lines.ts, or say in free.ts why it is free`,
  );
}

function systemNodeLines(properties: Properties, { template }: Surroundings): Line[] {
  const { InstanceTypes, ScalingConfig, LaunchTemplate } = properties as unknown as Nodegroup;
  const [type = ""] = InstanceTypes;
  const disks = template.Resources[LaunchTemplate.Id.Ref]?.Properties as unknown as Disks;
  const gigabytes = disks.LaunchTemplateData.BlockDeviceMappings.reduce(
    (sum, { Ebs }) => sum + Ebs.VolumeSize,
    0,
  );
  const count = ScalingConfig.DesiredSize;
  return [
    line(
      "systemNodes",
      `system nodes, ${type}`,
      instanceNamed(type).onDemand,
      standing(count * HOURS),
    ),
    line("disks", "disks of nodes", PRICES.disk, standing(count * gigabytes)),
  ];
}

interface Nodegroup {
  readonly InstanceTypes: readonly string[];
  readonly ScalingConfig: { readonly DesiredSize: number };
  readonly LaunchTemplate: { readonly Id: { readonly Ref: string } };
}

interface Disks {
  readonly LaunchTemplateData: {
    readonly BlockDeviceMappings: readonly { readonly Ebs: { readonly VolumeSize: number } }[];
  };
}

/** An interface in each subnet; gateways to S3 and DynamoDB cost nothing. */
function endpointLines({ VpcEndpointType, SubnetIds }: Properties): Line[] {
  if (VpcEndpointType !== "Interface") return [];
  const zones = (SubnetIds as readonly unknown[]).length;
  return [
    line("endpoints", "interface endpoints", PRICES.interfaceEndpoint, standing(zones * HOURS)),
  ];
}

function keyLines({ KeyUsage }: Properties, { traffic }: Surroundings): Line[] {
  const key = line("keys", "KMS keys", PRICES.kmsKey, standing(1));
  if (KeyUsage !== "SIGN_VERIFY") return [key];
  return [
    key,
    line("keys", "signatures in KMS", PRICES.kmsSignature, times(traffic.signed, 1 / 10_000)),
  ];
}

/** By what is written into them: the control plane's, or the network's flows. */
function logLines({ LogGroupName, RetentionInDays }: Properties): Line[] {
  const controlPlane = String(LogGroupName).startsWith("/aws/eks/");
  const gigabytes = controlPlane ? ASSUMED.controlPlaneLogGb : ASSUMED.flowLogGb;
  const what = controlPlane ? "control-plane logs" : "flow logs";
  const months = (Number(RetentionInDays) * 24) / HOURS;
  return [
    line("logs", `${what}, written`, PRICES.logsWritten, standing(gigabytes)),
    line("logs", `${what}, kept`, PRICES.logsKept, standing(gigabytes * months)),
  ];
}
