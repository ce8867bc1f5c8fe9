import { Duration, Stack } from "aws-cdk-lib";
import {
  ManagedPolicy,
  type PolicyStatement,
  Role,
  WebIdentityPrincipal,
} from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { ACCOUNT_NAMES } from "../names.ts";

export interface GithubRoleProps {
  readonly roleName: string;
  readonly description: string;
  /** `owner/name`. */
  readonly repository: string;
  /** What a job's token must say it runs for, after the repository: `pull_request`, `environment:…`, `ref:…`. */
  readonly runsFor: string;
  readonly statements: readonly PolicyStatement[];
  /** A policy of AWS by its name, beside them. */
  readonly managedPolicy?: string;
}

/** What a job of GitHub Actions may do, by a token of its own that lasts an hour: there is no key to lose. */
export class GithubRole extends Construct {
  constructor(scope: Construct, id: string, props: GithubRoleProps) {
    super(scope, id);
    const { githubIssuer } = ACCOUNT_NAMES;
    const provider = Stack.of(this).formatArn({
      ...{ service: "iam", region: "", resource: "oidc-provider", resourceName: githubIssuer },
    });
    const role = new Role(this, "role", {
      roleName: props.roleName,
      description: props.description,
      maxSessionDuration: Duration.hours(1),
      assumedBy: new WebIdentityPrincipal(provider, {
        StringEquals: {
          [`${githubIssuer}:aud`]: "sts.amazonaws.com",
          [`${githubIssuer}:sub`]: `repo:${props.repository}:${props.runsFor}`,
        },
      }),
    });
    if (props.managedPolicy !== undefined) {
      role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName(props.managedPolicy));
    }
    for (const statement of props.statements) role.addToPrincipalPolicy(statement);
  }
}

/** @throws {Error} for a repository that is not on GitHub */
export function githubRepository(repositoryUrl: string): string {
  const repository = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+?)(\.git)?$/.exec(
    repositoryUrl,
  )?.[1];
  if (repository === undefined) throw new Error(`${repositoryUrl} is not a repository on GitHub`);
  return repository;
}
