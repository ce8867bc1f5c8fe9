import type { Identity } from "@weft/environments";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { CfnAlias } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { PodRole } from "../constructs/pod-role.ts";
import { allow } from "../constructs/policy.ts";
import { SigningKey } from "../constructs/signing-key.ts";
import type { Context } from "../context.ts";
import { EnvironmentStack } from "./environment-stack.ts";
import {
  dispatcherStatements,
  indexerStatements,
  liquidatorStatements,
  resourcesOf,
} from "./program-policies.ts";

/** Who of the cluster may do what on AWS, Karpenter apart, which comes with the cluster; and the key that signs. */
export class IdentityStack extends EnvironmentStack {
  constructor(scope: Construct, context: Context) {
    super(scope, "identity", context);
    const resources = resourcesOf(this, context);
    const { queues } = context.names;
    this.give("dispatcher", dispatcherStatements(resources, context));
    this.give("indexer", indexerStatements(resources, context));
    this.giveLiquidator();
    this.give("keda", [
      allow(
        "ReadQueueDepths",
        ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
        [resources.queue(queues.index), resources.queue(queues.liquidation)],
      ),
    ]);
    this.give("collector", [
      // CloudWatch knows no resources for reading.
      allow(
        "ReadMetrics",
        ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"],
        ["*"],
      ),
    ]);
    this.give("externalSecrets", [
      allow(
        "ReadSecrets",
        ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
        [resources.secrets],
      ),
    ]);
  }

  private giveLiquidator(): void {
    // The key's policy names the role, and the role's the key: the role comes first.
    const { role } = this.give("liquidator", [], { roleName: this.context.own.signerRole });
    const signingKeyArn = this.signingKeyArn(role.roleArn);
    const resources = resourcesOf(this, this.context);
    for (const statement of liquidatorStatements(resources, this.context, signingKeyArn)) {
      role.addToPrincipalPolicy(statement);
    }
  }

  private signingKeyArn(signerRoleArn: string): string {
    const { aws, names } = this.context;
    if (aws.signingKeyId !== undefined) {
      // An environment that was taken down took the alias with it.
      new CfnAlias(this, "signing-key-alias", {
        aliasName: names.signingKeyAlias,
        targetKeyId: aws.signingKeyId,
      });
      return this.formatArn({ service: "kms", resource: "key", resourceName: aws.signingKeyId });
    }
    return new SigningKey(this, "signing-key", {
      aliasName: names.signingKeyAlias,
      signerRoleArn,
      retain: aws.retainData,
    }).key.keyArn;
  }

  private give(
    identity: Identity,
    statements: readonly PolicyStatement[],
    named: { readonly roleName?: string } = {},
  ): PodRole {
    const { names } = this.context;
    return new PodRole(this, identity, {
      clusterName: names.cluster,
      serviceAccount: names.serviceAccounts[identity],
      statements,
      ...named,
    });
  }
}
