import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { GithubRole, githubRepository } from "../constructs/github-role.ts";
import { allow } from "../constructs/policy.ts";
import type { Context } from "../context.ts";
import { ACCOUNT_NAMES } from "../names.ts";
import { EnvironmentStack } from "./environment-stack.ts";

/** Of the account's bootstrap (`cdk bootstrap`), which has not been given a name of its own. */
const BOOTSTRAP = "cdk-hnb659fds";

/** What the pipeline may do with this environment: look, in a pull request and at night; deploy, in the environment of that name. */
export class DeliveryStack extends EnvironmentStack {
  constructor(
    scope: Construct,
    context: Context,
    { repositoryUrl }: { readonly repositoryUrl: string },
  ) {
    super(scope, "delivery", context);
    const { env, own } = context;
    const repository = githubRepository(repositoryUrl);
    const stacks = this.stackNamed(own.stack("*"));
    new GithubRole(this, "plan", {
      roleName: own.planRole,
      description: `Pull requests: compare templates with what is deployed in ${env.name}`,
      repository,
      runsFor: "pull_request",
      // Templates only: whoever can open a pull request must not read data.
      statements: [readTemplates([stacks])],
    });
    const watched = [stacks, this.stackNamed(ACCOUNT_NAMES.stack)];
    new GithubRole(this, "drift", {
      roleName: own.driftRole,
      description: `Every night: compare what is deployed in ${env.name} with what it should be`,
      repository,
      // A schedule runs for the default branch, and its token says no more than that.
      runsFor: "ref:refs/heads/main",
      // Settings of all kinds, data of none: CloudFormation looks with the rights of who asks.
      managedPolicy: "SecurityAudit",
      statements: [readTemplates(watched), ...detectDrift(watched)],
    });
    new GithubRole(this, "deploy", {
      roleName: own.deployRole,
      description: `Deployments of ${env.name}, by the CDK's own roles`,
      repository,
      runsFor: `environment:${env.name}`,
      statements: [
        allow(
          "DeployAsTheCdkDoes",
          ["sts:AssumeRole"],
          ["deploy-role", "file-publishing-role", "lookup-role"].map((role) =>
            this.bootstrapRole(role),
          ),
        ),
      ],
    });
  }

  private stackNamed(name: string): string {
    const resourceName = `${name}/*`;
    return this.formatArn({ service: "cloudformation", resource: "stack", resourceName });
  }

  private bootstrapRole(role: string): string {
    const resourceName = `${BOOTSTRAP}-${role}-${this.account}-${this.region}`;
    return this.formatArn({ service: "iam", region: "", resource: "role", resourceName });
  }
}

function readTemplates(stacks: string[]): PolicyStatement {
  const actions = ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"];
  return allow("ReadTemplates", actions, stacks);
}

/** What has no stack in its name is asked for by the number of a detection, or for the account. */
function detectDrift(stacks: string[]): PolicyStatement[] {
  const detect = ["DescribeStackResourceDrifts", "DetectStackDrift", "DetectStackResourceDrift"];
  const follow = ["BatchDescribeTypeConfigurations", "DescribeStackDriftDetectionStatus"];
  const ofCloudFormation = (action: string) => `cloudformation:${action}`;
  return [
    allow("DetectDrift", detect.map(ofCloudFormation), stacks),
    allow("FollowDetection", follow.map(ofCloudFormation), ["*"]),
  ];
}
