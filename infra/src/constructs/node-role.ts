import { ManagedPolicy, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";

/** What a kubelet needs, what gives pods their addresses, images, and a way in for people without SSH. */
const NODE_POLICIES = [
  "AmazonEKSWorkerNodePolicy",
  "AmazonEKS_CNI_Policy",
  "AmazonEC2ContainerRegistryPullOnly",
  "AmazonSSMManagedInstanceCore",
];

/** The role of nodes; pods have roles of their own, and cannot reach this one. */
export function nodeRole(
  scope: Construct,
  id: string,
  props: { readonly description: string; readonly roleName?: string },
): Role {
  return new Role(scope, id, {
    ...props,
    assumedBy: new ServicePrincipal("ec2.amazonaws.com"),
    managedPolicies: NODE_POLICIES.map((name) => ManagedPolicy.fromAwsManagedPolicyName(name)),
  });
}
