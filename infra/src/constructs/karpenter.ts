import type { Names } from "@weft/environments";
import { Stack, Tags } from "aws-cdk-lib";
import { type IVpc, Peer, Port, SecurityGroup } from "aws-cdk-lib/aws-ec2";
import { AccessEntryType, type Cluster } from "aws-cdk-lib/aws-eks-v2";
import { Construct } from "constructs";
import { InterruptionQueue } from "./interruption-queue.ts";
import { karpenterStatements } from "./karpenter-policies.ts";
import { nodeRole } from "./node-role.ts";
import { PodRole } from "./pod-role.ts";

export interface KarpenterProps {
  readonly cluster: Cluster;
  readonly vpc: IVpc;
  readonly names: Names;
}

/**
 * All that Karpenter needs of AWS: the role and the security group of the nodes it starts, its own rights, and the queue
 * on which it hears that nodes will go. What it starts is said by the manifests; Argo CD installs it.
 */
export class Karpenter extends Construct {
  constructor(scope: Construct, id: string, { cluster, vpc, names }: KarpenterProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const nodes = nodeRole(this, "nodes", {
      roleName: names.nodeRole,
      description: `Nodes that Karpenter starts in ${names.cluster}`,
    });
    cluster.grantAccess("karpenter-nodes", nodes.roleArn, [], {
      accessEntryType: AccessEntryType.EC2_LINUX,
    });
    this.openToNodes(cluster, vpc, names);
    const { queue } = new InterruptionQueue(this, "interruptions", { queueName: names.cluster });
    new PodRole(this, "controller", {
      clusterName: names.cluster,
      serviceAccount: names.serviceAccounts.karpenter,
      statements: karpenterStatements({
        clusterName: names.cluster,
        region: stack.region,
        accountId: stack.account,
        nodeRoleArn: nodes.roleArn,
        clusterArn: stack.formatArn({
          ...{ service: "eks", resource: "cluster", resourceName: names.cluster },
        }),
        interruptionQueueArn: queue.queueArn,
      }),
    });
  }

  /** A group of their own, because the one that EKS makes cannot be given the tag that Karpenter looks for. */
  private openToNodes(cluster: Cluster, vpc: IVpc, names: Names): void {
    const group = new SecurityGroup(this, "node-group", {
      vpc,
      description: `Nodes that Karpenter starts in ${names.cluster}`,
      allowAllOutbound: true,
    });
    Tags.of(group).add("karpenter.sh/discovery", names.discoveryTag);
    // The API server and the system nodes are behind the cluster's group.
    const clusterGroup = cluster.clusterSecurityGroup;
    group.addIngressRule(group, Port.allTraffic(), "between nodes");
    group.addIngressRule(
      Peer.securityGroupId(cluster.clusterSecurityGroupId),
      Port.allTraffic(),
      "from the cluster",
    );
    clusterGroup.addIngressRule(
      Peer.securityGroupId(group.securityGroupId),
      Port.allTraffic(),
      "from nodes of Karpenter",
    );
  }
}
