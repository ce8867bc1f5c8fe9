import { CfnLaunchTemplate, InstanceType, SubnetType } from "aws-cdk-lib/aws-ec2";
import {
  CapacityType,
  type Cluster,
  type Nodegroup,
  NodegroupAmiType,
  TaintEffect,
} from "aws-cdk-lib/aws-eks-v2";
import { Construct } from "constructs";
import { nodeRole } from "./node-role.ts";

export interface SystemNodesProps {
  readonly cluster: Cluster;
  readonly clusterName: string;
  readonly instanceType: string;
  readonly count: number;
  /** Each instance bears them: tags of a node group stay with the group. */
  readonly instanceTags: Readonly<Record<string, string>>;
}

/** On demand, for what starts all other nodes, and for the operators beside it; nothing else tolerates the taint. */
export class SystemNodes extends Construct {
  readonly nodegroup: Nodegroup;

  constructor(scope: Construct, id: string, props: SystemNodesProps) {
    super(scope, id);
    const { cluster, count } = props;
    const template = this.launchTemplate(props);
    this.nodegroup = cluster.addNodegroupCapacity("system", {
      amiType: NodegroupAmiType.BOTTLEROCKET_X86_64,
      capacityType: CapacityType.ON_DEMAND,
      instanceTypes: [new InstanceType(props.instanceType)],
      minSize: count,
      desiredSize: count,
      // A budget of a pod holds a replacement up, as it should.
      forceUpdate: false,
      // Room to replace one after the other.
      maxSize: count + 1,
      maxUnavailable: 1,
      enableNodeAutoRepair: true,
      subnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      labels: { "weft.finance/pool": "system" },
      taints: [{ key: "CriticalAddonsOnly", value: "true", effect: TaintEffect.NO_SCHEDULE }],
      // Not Karpenter's: EKS makes the access entry of this role itself.
      nodeRole: nodeRole(this, "role", { description: `System nodes of ${props.clusterName}` }),
      launchTemplateSpec: { id: template.ref, version: template.attrLatestVersionNumber },
    });
  }

  private launchTemplate({ instanceTags }: SystemNodesProps): CfnLaunchTemplate {
    const tags = Object.entries(instanceTags).map(([key, value]) => ({ key, value }));
    const disk = (deviceName: string, volumeSize: number) => ({
      deviceName,
      ebs: { encrypted: true, volumeType: "gp3", volumeSize, deleteOnTermination: true },
    });
    return new CfnLaunchTemplate(this, "template", {
      tagSpecifications: [{ resourceType: "launch-template", tags }],
      launchTemplateData: {
        // One hop: pods do not reach the instance's credentials.
        metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
        // Bottlerocket keeps itself on the first and everything else on the second.
        blockDeviceMappings: [disk("/dev/xvda", 4), disk("/dev/xvdb", 30)],
        tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
          resourceType,
          tags,
        })),
      },
    });
  }
}
