import { defineEnvironment, type EnvironmentInput, mainnet, stokenet } from "@weft/environments";
import { beforeAll, describe, expect, test } from "vitest";
import type { Templates } from "../templates.ts";
import { onlyOf, resourcesOf, templatesOf } from "./synthesized.ts";

/** cdk-nag's rules for EKS look at clusters of the older library, and see nothing here. */
describe.each([stokenet, mainnet])("$name", (env) => {
  let templates: Templates;
  const only = (type: string) => onlyOf(templates, type);

  beforeAll(async () => {
    templates = await templatesOf(env);
  });

  test("the API server is private, and says everything it does", () => {
    expect(only("AWS::EKS::Cluster").properties).toMatchObject({
      ResourcesVpcConfig: { EndpointPrivateAccess: true, EndpointPublicAccess: false },
      Logging: {
        ClusterLogging: {
          EnabledTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"].map(
            (Type) => ({ Type }),
          ),
        },
      },
    });
  });

  test("its logs are kept for as long as the environment says", () => {
    const groups = resourcesOf(templates, "AWS::Logs::LogGroup").map(({ properties }) => [
      properties.LogGroupName,
      properties.RetentionInDays,
    ]);
    const days = env === mainnet ? 90 : 14;
    expect(groups.sort()).toEqual([
      [`/aws/eks/weft-${env.name}/cluster`, days],
      [`/weft/${env.name}/flow-logs`, days],
    ]);
  });

  test("secrets are encrypted with a key of their own, which is renewed", () => {
    expect(only("AWS::EKS::Cluster").properties.EncryptionConfig).toEqual([
      { Provider: { KeyArn: "<secretskey.Arn>" }, Resources: ["secrets"] },
    ]);
    const key = resourcesOf(templates, "AWS::KMS::Key").find(({ id }) =>
      id.startsWith("secretskey"),
    );
    expect(key?.properties.EnableKeyRotation).toBe(true);
  });

  test("whoever made it is no admin; two entries are all who get in", () => {
    expect(only("AWS::EKS::Cluster").properties.AccessConfig).toEqual({
      AuthenticationMode: "API",
      BootstrapClusterCreatorAdminPermissions: false,
    });
    const entries = resourcesOf(templates, "AWS::EKS::AccessEntry").map(({ properties }) => [
      properties.PrincipalArn,
      properties.AccessPolicies,
    ]);
    const policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
    expect(entries).toEqual([
      ["<karpenternodes.Arn>", []],
      ["<operator.Arn>", [{ AccessScope: { Type: "cluster" }, PolicyArn: policy }]],
    ]);
  });

  test("its control plane is in private subnets, and it is neither Auto Mode nor full of defaults", () => {
    const { properties } = only("AWS::EKS::Cluster");
    const { SubnetIds } = properties.ResourcesVpcConfig as { SubnetIds: string[] };
    expect(SubnetIds).toHaveLength(env === mainnet ? 3 : 2);
    for (const subnet of SubnetIds) expect(subnet).toContain("vpcprivateSubnet");
    expect(properties).toMatchObject({
      ...{ Version: "1.35", ComputeConfig: { Enabled: false }, BootstrapSelfManagedAddons: false },
    });
  });

  test("add-ons have versions, and the network's enforces policies", () => {
    const addons = resourcesOf(templates, "AWS::EKS::Addon").map(({ properties }) => [
      properties.AddonName,
      properties.AddonVersion,
      properties.ConfigurationValues,
    ]);
    expect(addons).toEqual([
      ["vpc-cni", "v1.21.1-eksbuild.3", '{"enableNetworkPolicy":"true"}'],
      ["kube-proxy", "v1.35.0-eksbuild.2", undefined],
      ["eks-pod-identity-agent", "v1.3.10-eksbuild.3", undefined],
      ["coredns", "v1.13.2-eksbuild.1", undefined],
    ]);
  });

  test("nodes come after what gives them addresses, and CoreDNS after the nodes", () => {
    const group = only("AWS::EKS::Nodegroup");
    const addon = (name: string) =>
      resourcesOf(templates, "AWS::EKS::Addon").find(
        ({ properties }) => properties.AddonName === name,
      );
    expect(group.DependsOn).toContain(addon("vpc-cni")?.id);
    expect(group.DependsOn).toContain(addon("eks-pod-identity-agent")?.id);
    expect(addon("coredns")?.DependsOn).toContain(group.id);
  });

  test("system nodes are on demand, tainted, encrypted, and pods do not reach their credentials", () => {
    expect(only("AWS::EKS::Nodegroup").properties).toMatchObject({
      AmiType: "BOTTLEROCKET_x86_64",
      CapacityType: "ON_DEMAND",
      ScalingConfig: { MinSize: 2, DesiredSize: 2, MaxSize: 3 },
      Taints: [{ Key: "CriticalAddonsOnly", Value: "true", Effect: "NO_SCHEDULE" }],
    });
    const { LaunchTemplateData } = only("AWS::EC2::LaunchTemplate").properties;
    expect(LaunchTemplateData).toMatchObject({
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
      BlockDeviceMappings: [{ Ebs: { Encrypted: true } }, { Ebs: { Encrypted: true } }],
    });
  });

  test("nothing is done by functions that could do more than the template says", () => {
    const functions = resourcesOf(templates, "AWS::Lambda::Function").map(({ stack }) => stack);
    const custom = resourcesOf(templates).filter(({ Type }) => Type.startsWith("Custom::"));
    expect(functions).toEqual(env === mainnet ? [] : ["data"]);
    expect(new Set(custom.map(({ Type }) => Type))).toEqual(
      new Set(env === mainnet ? [] : ["Custom::S3AutoDeleteObjects"]),
    );
  });
});

test("an API server that offices may reach is reached by them alone", async () => {
  const { name, network, images } = stokenet;
  const aws = { ...stokenet.aws, apiAccessCidrs: ["203.0.113.0/24"] };
  const open = defineEnvironment({ name, network, images, aws } as EnvironmentInput);
  const [cluster] = resourcesOf(await templatesOf(open), "AWS::EKS::Cluster");
  expect(cluster?.properties.ResourcesVpcConfig).toMatchObject({
    EndpointPrivateAccess: true,
    EndpointPublicAccess: true,
    PublicAccessCidrs: ["203.0.113.0/24"],
  });
});
