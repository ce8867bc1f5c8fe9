import { RemovalPolicy, Tags } from "aws-cdk-lib";
import {
  FlowLogDestination,
  FlowLogMaxAggregationInterval,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Context } from "../context.ts";
import { endpointPolicies } from "./endpoint-policies.ts";
import { EnvironmentStack } from "./environment-stack.ts";

/** What the pods and the nodes ask for all the time, or must not ask for over the internet. */
const INTERFACE_ENDPOINTS = {
  sqs: InterfaceVpcEndpointAwsService.SQS,
  sts: InterfaceVpcEndpointAwsService.STS,
  kms: InterfaceVpcEndpointAwsService.KMS,
  ecr: InterfaceVpcEndpointAwsService.ECR,
  "ecr-docker": InterfaceVpcEndpointAwsService.ECR_DOCKER,
  secrets: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  "eks-auth": InterfaceVpcEndpointAwsService.EKS_AUTH,
} as const;

const GATEWAY_ENDPOINTS = {
  s3: GatewayVpcEndpointAwsService.S3,
  dynamodb: GatewayVpcEndpointAwsService.DYNAMODB,
} as const;

export type EndpointName = keyof typeof INTERFACE_ENDPOINTS;

/** Addresses, zones, the way out, and the ways to AWS that do not go out. */
export class NetworkStack extends EnvironmentStack {
  readonly vpc: IVpc;
  readonly endpoints: ReadonlyMap<EndpointName, InterfaceVpcEndpoint>;

  constructor(scope: Construct, context: Context) {
    super(scope, "network", context);
    this.vpc = this.makeVpc();
    this.endpoints = context.aws.interfaceEndpoints ? this.makeEndpoints() : new Map();
    this.logFlows();
  }

  private makeVpc(): IVpc {
    const { vpcCidr, zones, natGateways } = this.context.aws;
    const prefix = Number(vpcCidr.split("/")[1]);
    const vpc = new Vpc(this, "vpc", {
      ipAddresses: IpAddresses.cidr(vpcCidr),
      maxAzs: zones,
      natGateways: natGateways ?? zones,
      // Three quarters at most for pods, each with an address of its own; the rest holds the gateways.
      subnetConfiguration: [
        { name: "private", subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: prefix + 2 },
        {
          name: "public",
          subnetType: SubnetType.PUBLIC,
          cidrMask: prefix + 6,
          mapPublicIpOnLaunch: false,
        },
      ],
      // Needs a function with rights over security groups; nothing here uses the default group.
      restrictDefaultSecurityGroup: false,
    });
    for (const subnet of vpc.privateSubnets) {
      Tags.of(subnet).add("karpenter.sh/discovery", this.context.names.discoveryTag, {
        includeResourceTypes: ["AWS::EC2::Subnet"],
      });
    }
    const policies = endpointPolicies(this, this.context);
    for (const [name, service] of Object.entries(GATEWAY_ENDPOINTS)) {
      const endpoint = vpc.addGatewayEndpoint(name, { service });
      for (const statement of policies[name as keyof typeof GATEWAY_ENDPOINTS] ?? []) {
        endpoint.addToPolicy(statement);
      }
    }
    // The library's own types do not hold under exactOptionalPropertyTypes.
    return vpc as IVpc;
  }

  private makeEndpoints(): ReadonlyMap<EndpointName, InterfaceVpcEndpoint> {
    const group = new SecurityGroup(this, "endpoints", {
      vpc: this.vpc,
      description: "Endpoints of AWS services: HTTPS from within the VPC",
      allowAllOutbound: false,
    });
    group.addIngressRule(Peer.ipv4(this.context.aws.vpcCidr), Port.tcp(443), "HTTPS");
    const entries = Object.entries(INTERFACE_ENDPOINTS).map(
      ([name, service]) =>
        [
          name as EndpointName,
          new InterfaceVpcEndpoint(this, `endpoint-${name}`, {
            vpc: this.vpc,
            service,
            open: false,
            securityGroups: [group],
            subnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
          }),
        ] as const,
    );
    const policies = endpointPolicies(this, this.context);
    for (const [name, endpoint] of entries) {
      for (const statement of policies[name] ?? []) endpoint.addToPolicy(statement);
    }
    return new Map(entries);
  }

  private logFlows(): void {
    const logGroup = new LogGroup(this, "flow-logs", {
      logGroupName: `/weft/${this.context.env.name}/flow-logs`,
      retention: this.context.aws.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vpc.addFlowLog("flows", {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: FlowLogTrafficType.ALL,
      maxAggregationInterval: FlowLogMaxAggregationInterval.TEN_MINUTES,
    });
  }
}
