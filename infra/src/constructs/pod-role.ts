import type { ServiceAccountName } from "@weft/environments";
import { CfnPodIdentityAssociation } from "aws-cdk-lib/aws-eks-v2";
import {
  type PolicyStatement,
  Role,
  ServicePrincipal,
  SessionTagsPrincipal,
} from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";

export interface PodRoleProps {
  readonly clusterName: string;
  readonly serviceAccount: ServiceAccountName;
  readonly statements: readonly PolicyStatement[];
  /** For a role that something which outlives it names. */
  readonly roleName?: string;
}

/**
 * What the pods of one service account may do on AWS. EKS Pod Identity hands out its credentials, for hours, and names
 * the service account it hands them to: no other one's pods can take this role, whatever is associated with it.
 */
export class PodRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: PodRoleProps) {
    super(scope, id);
    const { namespace, name } = props.serviceAccount;
    this.role = new Role(this, "role", {
      ...(props.roleName === undefined ? {} : { roleName: props.roleName }),
      description: `Pods of ${namespace}/${name} in ${props.clusterName}`,
      assumedBy: new SessionTagsPrincipal(
        new ServicePrincipal("pods.eks.amazonaws.com", {
          conditions: {
            StringEquals: {
              "aws:RequestTag/eks-cluster-name": props.clusterName,
              "aws:RequestTag/kubernetes-namespace": namespace,
              "aws:RequestTag/kubernetes-service-account": name,
            },
          },
        }),
      ),
    });
    for (const statement of props.statements) this.role.addToPrincipalPolicy(statement);
    new CfnPodIdentityAssociation(this, "association", {
      clusterName: props.clusterName,
      namespace,
      serviceAccount: name,
      roleArn: this.role.roleArn,
    });
  }
}
