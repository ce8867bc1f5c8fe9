import type { Environment } from "@weft/environments";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { type Context, contextOf } from "./context.ts";
import { acknowledgeFindings } from "./nag/acknowledgements.ts";
import { AccountStack } from "./stacks/account.ts";
import { ClusterStack } from "./stacks/cluster.ts";
import { DataStack } from "./stacks/data.ts";
import { DeliveryStack } from "./stacks/delivery.ts";
import { GuardRailsStack } from "./stacks/guard-rails.ts";
import { IdentityStack } from "./stacks/identity.ts";
import { NetworkStack } from "./stacks/network.ts";

/** Behaviours of the library that are chosen once, for all environments. */
const FLAGS = {
  "@aws-cdk/core:enablePartitionLiterals": true,
  // A stack that others read from cannot change what they read.
  "@aws-cdk/core:defaultCrossStackReferences": "strong",
  "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": true,
  "@aws-cdk/aws-iam:standardizedServicePrincipals": true,
  "@aws-cdk/aws-ec2:uniqueImdsv2TemplateName": true,
  "@aws-cdk/aws-events:eventsTargetQueueSameAccount": true,
};

/**
 * Everything of an environment on AWS, checked by cdk-nag when it is synthesized.
 *
 * @param outdir where the templates are written
 * @throws {Error} for an environment that does not live on AWS
 */
export function buildApp(env: Environment, outdir: string): App {
  const app = buildStacks(env, outdir);
  acknowledgeFindings(app, contextOf(env));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

/** The same, unchecked. */
export function buildStacks(env: Environment, outdir: string): App {
  const context = contextOf(env);
  const app = new App({ outdir, analyticsReporting: false, treeMetadata: false, context: FLAGS });
  const network = new NetworkStack(app, context);
  new DataStack(app, context);
  const cluster = new ClusterStack(app, context, network);
  const identity = new IdentityStack(app, context);
  // Associations name the cluster only.
  identity.addStackDependency(cluster);
  new GuardRailsStack(app, context, network);
  if (env.delivery !== undefined) addDelivery(app, context, env.delivery);
  return app;
}

function addDelivery(app: App, context: Context, repository: { repositoryUrl: string }): void {
  const delivery = new DeliveryStack(app, context, repository);
  // Where another environment makes it, it must have been deployed first.
  if (context.aws.ownsAccount) {
    delivery.addStackDependency(new AccountStack(app, context, repository));
  }
}
