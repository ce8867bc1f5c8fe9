import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { type IVpc, SubnetType } from "aws-cdk-lib/aws-ec2";
import {
  AccessPolicy,
  AccessScopeType,
  Cluster,
  ClusterLoggingTypes,
  DefaultCapacityType,
  EndpointAccess,
  KubernetesVersion,
} from "aws-cdk-lib/aws-eks-v2";
import { AccountRootPrincipal, Role } from "aws-cdk-lib/aws-iam";
import { type IKeyRef, Key } from "aws-cdk-lib/aws-kms";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { ClusterAddons } from "../constructs/cluster-addons.ts";
import { Karpenter } from "../constructs/karpenter.ts";
import { allow } from "../constructs/policy.ts";
import { SystemNodes } from "../constructs/system-nodes.ts";
import type { Context } from "../context.ts";
import { COST_TAGS } from "../cost-tags.ts";
import { EnvironmentStack } from "./environment-stack.ts";
import { operatorStatements, resourcesOf } from "./program-policies.ts";

/** The cluster, the nodes that are always there, and what starts the others. All of it plain CloudFormation. */
export class ClusterStack extends EnvironmentStack {
  constructor(scope: Construct, context: Context, { vpc }: { readonly vpc: IVpc }) {
    super(scope, "cluster", context);
    const { aws, env, names } = context;
    const cluster = this.makeCluster(vpc);
    const { nodegroup } = new SystemNodes(this, "system-nodes", {
      cluster,
      clusterName: names.cluster,
      ...aws.systemNodes,
      instanceTags: {
        [COST_TAGS.environment]: env.name,
        [COST_TAGS.component]: "nodes",
        Name: `${names.cluster}-system`,
      },
    });
    const addons = new ClusterAddons(this, "addons", {
      clusterName: cluster.clusterName,
      kubernetesVersion: aws.kubernetesVersion,
    });
    addons.surround(nodegroup);
    new Karpenter(this, "karpenter", { cluster, vpc, names });
    this.letOperatorsIn(cluster);
  }

  private makeCluster(vpc: IVpc): Cluster {
    const { aws, names } = this.context;
    const secretsKey = new Key(this, "secrets-key", {
      description: `${names.cluster}: Kubernetes secrets`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // EKS would make it, and keep everything for ever.
    const logs = new LogGroup(this, "control-plane-logs", {
      logGroupName: `/aws/eks/${names.cluster}/cluster`,
      retention: aws.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const cluster = new Cluster(this, "cluster", {
      clusterName: names.cluster,
      version: KubernetesVersion.of(aws.kubernetesVersion),
      vpc,
      vpcSubnets: [{ subnetType: SubnetType.PRIVATE_WITH_EGRESS }],
      endpointAccess: endpointAccess(aws.apiAccessCidrs),
      secretsEncryptionKey: secretsKey as IKeyRef,
      clusterLogging: Object.values(ClusterLoggingTypes),
      // Nodes are system nodes or Karpenter's: no Auto Mode.
      defaultCapacityType: DefaultCapacityType.NODEGROUP,
      defaultCapacity: 0,
      bootstrapClusterCreatorAdminPermissions: false,
      bootstrapSelfManagedAddons: false,
      outputConfigCommand: false,
    });
    cluster.node.addDependency(logs);
    // What the kubectl layer would wait for: there is none.
    cluster.node.tryRemoveChild("KubectlReadyBarrier");
    return cluster;
  }

  /**
   * Whoever may take this role, by IAM Identity Center or otherwise, is admin of the cluster (nobody else is, not even who
   * made it), and may use the operator's command line.
   */
  private letOperatorsIn(cluster: Cluster): void {
    const { names, own } = this.context;
    const role = new Role(this, "operator", {
      roleName: own.operatorRole,
      description: `Admins of the cluster ${names.cluster}, and of what its programs decide`,
      assumedBy: new AccountRootPrincipal(),
      maxSessionDuration: Duration.hours(1),
    });
    role.addToPrincipalPolicy(
      allow("FindTheApiServer", ["eks:DescribeCluster"], [cluster.clusterArn]),
    );
    for (const statement of operatorStatements(resourcesOf(this, this.context), this.context)) {
      role.addToPrincipalPolicy(statement);
    }
    cluster.grantAccess("operators", role.roleArn, [
      AccessPolicy.fromAccessPolicyName("AmazonEKSClusterAdminPolicy", {
        accessScopeType: AccessScopeType.CLUSTER,
      }),
    ]);
  }
}

function endpointAccess(allowed: readonly string[]): EndpointAccess {
  if (allowed.length === 0) return EndpointAccess.PRIVATE;
  return EndpointAccess.PUBLIC_AND_PRIVATE.onlyFrom(...allowed);
}
