import { mainnet, stokenet } from "@weft/environments";
import { expect, test } from "vitest";
import type { Templates } from "../templates.ts";
import { resourcesOf, templatesOf } from "../test/synthesized.ts";

import { FREE } from "./free.ts";
import { PRICED, templateLines } from "./template-lines.ts";
import { trafficOf } from "./traffic.ts";

const traffic = trafficOf(stokenet, {
  indexer: { min: 1, max: 2 },
  liquidator: { min: 1, max: 2 },
});

const of = (Resources: object) => new Map([["small", { Resources }]]) as unknown as Templates;

/** What there is of each thing in an idle month, at which price in Ireland. */
const idle = (templates: Templates) =>
  templateLines(templates, traffic).map(
    ({ what, amounts, price }) =>
      `${what}: ${amounts.idle} × ${price.usd["eu-west-1"]} per ${price.unit}`,
  );

test("a small template, line by line", () => {
  const disk = { Ebs: { VolumeSize: 30 } };
  expect(
    idle(
      of({
        cluster: { Type: "AWS::EKS::Cluster" },
        template: {
          Type: "AWS::EC2::LaunchTemplate",
          Properties: { LaunchTemplateData: { BlockDeviceMappings: [disk, disk] } },
        },
        nodes: {
          Type: "AWS::EKS::Nodegroup",
          Properties: {
            InstanceTypes: ["m6i.large"],
            ScalingConfig: { DesiredSize: 2 },
            LaunchTemplate: { Id: { Ref: "template" } },
          },
        },
        nat: { Type: "AWS::EC2::NatGateway" },
        address: { Type: "AWS::EC2::EIP" },
        sqs: {
          Type: "AWS::EC2::VPCEndpoint",
          Properties: { VpcEndpointType: "Interface", SubnetIds: ["a", "b"] },
        },
        s3: { Type: "AWS::EC2::VPCEndpoint", Properties: { VpcEndpointType: "Gateway" } },
        key: { Type: "AWS::KMS::Key", Properties: { KeyUsage: "SIGN_VERIFY" } },
        alarm: { Type: "AWS::CloudWatch::Alarm" },
        logs: {
          Type: "AWS::Logs::LogGroup",
          Properties: { LogGroupName: "/aws/eks/small/cluster", RetentionInDays: 365 },
        },
      }),
    ),
  ).toEqual([
    "EKS control plane: 730 × 0.1 per cluster-hour",
    "system nodes, m6i.large: 1460 × 0.107 per instance-hour",
    "disks of nodes: 120 × 0.088 per GB-month",
    "NAT gateways: 730 × 0.048 per gateway-hour",
    "public IPv4 addresses: 730 × 0.005 per address-hour",
    "interface endpoints: 1460 × 0.011 per endpoint-zone-hour",
    "KMS keys: 1 × 1 per key-month",
    "signatures in KMS: 0 × 0.15 per ten thousand requests",
    "CloudWatch alarms: 1 × 0.1 per alarm-month",
    "control-plane logs, written: 10 × 0.57 per GB",
    "control-plane logs, kept: 120 × 0.03 per GB-month",
  ]);
});

test("a crash adds its candidates, and what is always there does not grow", () => {
  const table = { Type: "AWS::DynamoDB::Table" };
  const queue = { Type: "AWS::SQS::Queue", Properties: { FifoQueue: true } };
  const cluster = { Type: "AWS::EKS::Cluster" };
  const crash = templateLines(of({ cluster, queue, table }), traffic).map(({ what, amounts }) => [
    what,
    amounts.crash,
  ]);
  expect(crash).toEqual([
    ["EKS control plane", 0],
    // 300 candidates at four requests, and one liquidator more that polls for an hour.
    ["requests to FIFO queues", 0.00138],
    ["table, writes", 0.0024],
    // Two a candidate, and 60 scans of 147 units.
    ["table, reads", 0.00942],
    ["table, kept", 0],
    ["table, point-in-time recovery", 0],
  ]);
});

test("a resource that has neither a price nor a reason to be free is named", () => {
  const Resources = { one: { Type: "AWS::RDS::DBCluster" }, other: { Type: "AWS::EC2::Host" } };
  expect(() => templateLines(of(Resources), traffic)).toThrow(
    "no price for AWS::EC2::Host, AWS::RDS::DBCluster: price it in infra/src/cost/template-lines.ts, or say in free.ts why it is free",
  );
});

test("a size of instance without a price is named", () => {
  const Properties = {
    InstanceTypes: ["x9.huge"],
    ScalingConfig: { DesiredSize: 1 },
    LaunchTemplate: { Id: { Ref: "template" } },
  };
  const template = { Properties: { LaunchTemplateData: { BlockDeviceMappings: [] } } };
  expect(() =>
    templateLines(
      of({
        nodes: { Type: "AWS::EKS::Nodegroup", Properties },
        template: { Type: "AWS::EC2::LaunchTemplate", ...template },
      }),
      traffic,
    ),
  ).toThrow("instance type x9.huge has no price: add it to infra/src/cost/prices.ts");
});

test("every type of resource that there is has a price or a reason to be free, none has both, none is idle", async () => {
  const templates = [await templatesOf(stokenet), await templatesOf(mainnet)];
  const used = new Set(templates.flatMap((one) => resourcesOf(one).map(({ Type }) => Type)));
  const known = [...Object.keys(PRICED), ...Object.keys(FREE)];
  // Only where an environment names who is written to.
  used.add("AWS::SNS::Subscription");
  expect(known.sort()).toEqual([...used].sort());
}, 180_000);
