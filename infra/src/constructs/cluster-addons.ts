import { CfnAddon } from "aws-cdk-lib/aws-eks-v2";
import { Construct, type IConstruct } from "constructs";
import type { Aws } from "../context.ts";

export interface ClusterAddonsProps {
  readonly clusterName: string;
  readonly kubernetesVersion: Aws["kubernetesVersion"];
}

/**
 * Versions of AWS's builds, by version of Kubernetes: `aws eks describe-addon-versions --kubernetes-version …` has the
 * list. A version that has gone from it fails the deployment, and changes nothing.
 */
const VERSIONS = {
  "1.34": { coredns: "v1.12.4-eksbuild.1", "kube-proxy": "v1.34.1-eksbuild.2" },
  "1.35": { coredns: "v1.13.2-eksbuild.1", "kube-proxy": "v1.35.0-eksbuild.2" },
} as const;
const VPC_CNI = "v1.21.1-eksbuild.3";
const POD_IDENTITY_AGENT = "v1.3.10-eksbuild.3";

/** What every cluster runs. No driver for disks: nothing here keeps anything on one. */
export class ClusterAddons extends Construct {
  private readonly clusterName: string;
  private readonly onEveryNode: readonly CfnAddon[];
  private readonly coredns: CfnAddon;

  constructor(scope: Construct, id: string, props: ClusterAddonsProps) {
    super(scope, id);
    this.clusterName = props.clusterName;
    const versions = VERSIONS[props.kubernetesVersion];
    this.onEveryNode = [
      // As text, and as a setting of the add-on: otherwise network policies are taken, and not enforced.
      this.add("vpc-cni", VPC_CNI, { enableNetworkPolicy: "true" }),
      this.add("kube-proxy", versions["kube-proxy"]),
      this.add("eks-pod-identity-agent", POD_IDENTITY_AGENT),
    ];
    this.coredns = this.add("coredns", versions.coredns);
  }

  /** Nodes are not ready before they can give addresses; CoreDNS is not before there are nodes. */
  surround(nodes: IConstruct): void {
    nodes.node.addDependency(...this.onEveryNode);
    this.coredns.node.addDependency(nodes);
  }

  private add(name: string, version: string, configuration?: object): CfnAddon {
    return new CfnAddon(this, name, {
      clusterName: this.clusterName,
      addonName: name,
      addonVersion: version,
      resolveConflicts: "OVERWRITE",
      ...(configuration === undefined
        ? {}
        : { configurationValues: JSON.stringify(configuration) }),
    });
  }
}
