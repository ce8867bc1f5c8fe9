import { defineEnvironment, type EnvironmentInput, mainnet, stokenet } from "@weft/environments";
import { beforeAll, describe, expect, test } from "vitest";
import { isWithin, overlaps } from "../../../environments/src/cidr.ts";
import { contextOf } from "../context.ts";
import type { Templates } from "../templates.ts";
import { resourcesOf, templatesOf } from "./synthesized.ts";

describe.each([stokenet, mainnet])("$name", (env) => {
  const { aws } = contextOf(env);
  let templates: Templates;
  beforeAll(async () => {
    templates = await templatesOf(env);
  });

  test("subnets lie in the environment's block, beside each other, one of each kind in each zone", () => {
    const subnets = resourcesOf(templates, "AWS::EC2::Subnet").map(({ properties }) => properties);
    const blocks = subnets.map((subnet) => String(subnet.CidrBlock));
    expect(blocks).toHaveLength(2 * aws.zones);
    for (const [index, block] of blocks.entries()) {
      expect(isWithin(block, aws.vpcCidr)).toBe(true);
      for (const other of blocks.slice(index + 1)) expect(overlaps(block, other)).toBe(false);
    }
    for (const subnet of subnets) expect(subnet.MapPublicIpOnLaunch).toBe(false);
  });

  test("there is a way out for each zone on mainnet, and one for all elsewhere", () => {
    const gateways = resourcesOf(templates, "AWS::EC2::NatGateway");
    expect(gateways).toHaveLength(env === mainnet ? 3 : 1);
  });

  test("what pods and nodes ask of AWS stays inside, on HTTPS, from the environment's block", () => {
    const endpoints = resourcesOf(templates, "AWS::EC2::VPCEndpoint").map(({ properties }) => {
      const service = String(properties.ServiceName).split(".").slice(3).join(".");
      return `${properties.VpcEndpointType} ${service}`;
    });
    expect(endpoints.sort()).toEqual([
      "Gateway dynamodb",
      "Gateway s3",
      "Interface ecr.api",
      "Interface ecr.dkr",
      "Interface eks-auth",
      "Interface kms",
      "Interface logs",
      "Interface secretsmanager",
      "Interface sqs",
      "Interface sts",
    ]);
    const [group] = resourcesOf(templates, "AWS::EC2::SecurityGroup").filter(
      ({ stack }) => stack === "network",
    );
    expect(group?.properties.SecurityGroupIngress).toEqual([
      { CidrIp: aws.vpcCidr, Description: "HTTPS", FromPort: 443, ToPort: 443, IpProtocol: "tcp" },
    ]);
  });

  test("what flows is logged", () => {
    const [flows] = resourcesOf(templates, "AWS::EC2::FlowLog");
    expect(flows?.properties).toMatchObject({
      ResourceType: "VPC",
      TrafficType: "ALL",
      LogDestinationType: "cloud-watch-logs",
    });
  });
});

test("without interface endpoints the ways that cost nothing remain, and nothing watches what is not there", async () => {
  const aws = { ...stokenet.aws, interfaceEndpoints: false };
  const env = defineEnvironment({ ...stokenet, aws } as EnvironmentInput);
  const templates = await templatesOf(env);
  const endpoints = resourcesOf(templates, "AWS::EC2::VPCEndpoint").map(
    ({ properties }) => properties.VpcEndpointType,
  );
  expect(endpoints).toEqual(["Gateway", "Gateway"]);
  const alarms = resourcesOf(templates, "AWS::CloudWatch::Alarm").map(
    ({ properties }) => properties.Namespace,
  );
  expect(alarms).not.toContain("AWS/PrivateLinkEndpoints");
});

test("environments, here and where they would move, share no address", () => {
  const blocks = [stokenet, mainnet].flatMap((env) => {
    const { vpcCidr, standby } = contextOf(env).aws;
    return [vpcCidr, ...(standby === undefined ? [] : [standby.vpcCidr])];
  });
  expect(blocks).toEqual(["10.44.0.0/16", "10.42.0.0/16", "10.43.0.0/16"]);
  for (const [index, block] of blocks.entries()) {
    for (const other of blocks.slice(index + 1)) expect(overlaps(block, other)).toBe(false);
  }
});
