import { type Environment, registryRegionOf } from "@weft/environments";
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  CfnReplicationConfiguration,
  Repository,
  TagMutability,
  TagStatus,
} from "aws-cdk-lib/aws-ecr";
import { CfnOIDCProvider } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { GithubRole, githubRepository } from "../constructs/github-role.ts";
import { allow } from "../constructs/policy.ts";
import type { Context } from "../context.ts";
import { tagForCosts } from "../cost-tags.ts";
import { ACCOUNT_NAMES } from "../names.ts";

const PROGRAMS = ["dispatcher", "indexer", "liquidator"];
/** As many builds can be gone back to. */
const IMAGES_KEPT = 200;

/** What an account has once: GitHub's identity provider, the image repositories, and who may push to them. */
export class AccountStack extends Stack {
  constructor(
    scope: Construct,
    context: Context,
    { repositoryUrl }: { readonly repositoryUrl: string },
  ) {
    super(scope, "account", {
      stackName: ACCOUNT_NAMES.stack,
      description: "Weft backend: what the environments of this account share",
      // Images stay where they are when an environment moves.
      env: { region: registryRegionOf(context.env) ?? context.aws.region },
    });
    tagForCosts(this, { environment: "shared", component: "delivery" });
    const provider = new CfnOIDCProvider(this, "github", {
      url: `https://${ACCOUNT_NAMES.githubIssuer}`,
      clientIdList: ["sts.amazonaws.com"],
    });
    const repositories = PROGRAMS.map((program) => this.imageRepository(program, context));
    this.replicateImages(context);
    const push = new GithubRole(this, "push", {
      roleName: ACCOUNT_NAMES.pushRole,
      description: "Builds of the main branch: push images",
      repository: githubRepository(repositoryUrl),
      runsFor: "ref:refs/heads/main",
      statements: [
        // The token itself opens nothing.
        allow("LogIn", ["ecr:GetAuthorizationToken"], ["*"]),
        allow("PushImages", PUSH, repositories),
      ],
    });
    push.node.addDependency(provider);
  }

  /** To where the environment is, or would move: images must not be lost with the region they were built in. */
  private replicateImages({ aws, env }: Context): void {
    const regions = [aws.region, aws.standby?.region].filter(
      (region) => region !== undefined && region !== this.region,
    );
    if (regions.length === 0) return;
    new CfnReplicationConfiguration(this, "replication", {
      replicationConfiguration: {
        rules: [
          {
            destinations: regions.map((region) => ({
              region: region ?? "",
              registryId: this.account,
            })),
            repositoryFilters: [
              { filter: `${repositoryPrefix(env)}/`, filterType: "PREFIX_MATCH" },
            ],
          },
        ],
      },
    });
  }

  /** A tag is never moved: an image is what it was when it was signed. */
  private imageRepository(program: string, { aws, env }: Context): string {
    const repository = new Repository(this, program, {
      repositoryName: `${repositoryPrefix(env)}/${program}`,
      imageScanOnPush: true,
      imageTagMutability: TagMutability.IMMUTABLE,
      removalPolicy: aws.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      emptyOnDelete: !aws.retainData,
      lifecycleRules: [
        { tagStatus: TagStatus.UNTAGGED, maxImageAge: Duration.days(14), rulePriority: 1 },
        { tagStatus: TagStatus.ANY, maxImageCount: IMAGES_KEPT, rulePriority: 2 },
      ],
    });
    return repository.repositoryArn;
  }
}

const repositoryPrefix = ({ images }: Environment) => images.registry.split("/").slice(1).join("/");

const PUSH = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:CompleteLayerUpload",
  "ecr:DescribeImages",
  "ecr:GetDownloadUrlForLayer",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
];
