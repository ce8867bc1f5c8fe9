import type { Stack } from "aws-cdk-lib";
import { AnyPrincipal, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Context } from "../context.ts";
import type { EndpointName } from "./network.ts";

type Gateway = "s3" | "dynamodb";

/**
 * What may pass an endpoint, whoever's credentials are used: a pod that is taken over cannot carry data to somebody
 * else's bucket, queue or key by it. Roles say who may do what; this says where to. An endpoint without a policy lets
 * everything pass: that of `eks-auth` gives pods their credentials, and takes no policy that could be relied on.
 */
export function endpointPolicies(
  stack: Stack,
  { names }: Context,
): Readonly<Partial<Record<EndpointName | Gateway, readonly PolicyStatement[]>>> {
  const arn = (service: string, resource: string, resourceName?: string) =>
    stack.formatArn({ service, resource, ...(resourceName === undefined ? {} : { resourceName }) });
  const bucket = (name: string) =>
    stack.formatArn({ service: "s3", region: "", account: "", resource: name });
  // Without it anybody's credentials would do, where the service's own resources are not named.
  const ours = { StringEquals: { "aws:PrincipalAccount": stack.account } };
  const pull = [pass("PullImages", PULL, ["*"])];
  return {
    s3: [
      pass(
        "OwnData",
        ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        [bucket(names.dataBucket), `${bucket(names.dataBucket)}/*`],
        ours,
      ),
      // Layers are fetched by addresses that ECR has signed itself.
      pass(
        "LayersOfEcr",
        ["s3:GetObject"],
        [`${bucket(`prod-${stack.region}-starport-layer-bucket`)}/*`],
      ),
      // registry.k8s.io sends who comes from AWS to a bucket nearby, of these two families.
      pass(
        "LayersOfKubernetes",
        ["s3:GetObject"],
        KUBERNETES_BUCKETS.map((name) => `${bucket(name)}/*`),
      ),
    ],
    dynamodb: [
      pass("OwnTable", ["dynamodb:*"], [arn("dynamodb", "table", names.stateTable)], ours),
    ],
    sqs: [
      pass(
        "OwnQueues",
        ["sqs:*"],
        [
          ...Object.values(names.queues).map((queue) => arn("sqs", queue)),
          // Karpenter's, of interruptions.
          arn("sqs", names.cluster),
        ],
        ours,
      ),
    ],
    kms: [
      pass("SignWithOwnKeys", ["kms:Sign", "kms:GetPublicKey"], [arn("kms", "key", "*")], ours),
    ],
    secrets: [
      pass(
        "ReadOwnSecrets",
        ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
        [`${arn("secretsmanager", "secret")}:${names.secrets.prefix}*`],
        ours,
      ),
    ],
    ecr: pull,
    "ecr-docker": pull,
    sts: [pass("OwnPrincipals", ["sts:*"], ["*"], ours)],
    logs: [pass("OwnLogs", ["logs:*"], [`${arn("logs", "log-group")}:*`], ours)],
  };
}

const KUBERNETES_BUCKETS = [
  "prod-registry-k8s-io-*",
  "767373bbdcb8270361b96548387bf2a9ad0d48758c35-*",
];

/** No pushing: what runs here cannot change what will run here. */
const PULL = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:DescribeImages",
  "ecr:GetAuthorizationToken",
  "ecr:GetDownloadUrlForLayer",
];

function pass(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Record<string, Record<string, string>> = {},
): PolicyStatement {
  return new PolicyStatement({
    sid,
    principals: [new AnyPrincipal()],
    actions: [...actions],
    resources: [...resources],
    conditions,
  });
}
