import type { Construct } from "constructs";
import { GithubRole, githubRepository } from "../constructs/github-role.ts";
import { allow } from "../constructs/policy.ts";
import type { Context } from "../context.ts";
import { EnvironmentStack } from "./environment-stack.ts";

/** Of the account's bootstrap (`cdk bootstrap`), which has not been given a name of its own. */
const BOOTSTRAP = "cdk-hnb659fds";

/** What the pipeline may do with this environment: look, in a pull request; deploy, in the environment of that name. */
export class DeliveryStack extends EnvironmentStack {
  constructor(
    scope: Construct,
    context: Context,
    { repositoryUrl }: { readonly repositoryUrl: string },
  ) {
    super(scope, "delivery", context);
    const { env, names, own } = context;
    const repository = githubRepository(repositoryUrl);
    new GithubRole(this, "plan", {
      roleName: own.planRole,
      description: `Pull requests: compare templates with what is deployed in ${env.name}`,
      repository,
      runsFor: "pull_request",
      statements: [
        // Templates only: whoever can open a pull request must not read data.
        allow(
          "ReadTemplates",
          ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"],
          [
            this.formatArn({
              ...{ service: "cloudformation", resource: "stack" },
              resourceName: `${names.cluster}-*/*`,
            }),
          ],
        ),
      ],
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

  private bootstrapRole(role: string): string {
    const resourceName = `${BOOTSTRAP}-${role}-${this.account}-${this.region}`;
    return this.formatArn({ service: "iam", region: "", resource: "role", resourceName });
  }
}
