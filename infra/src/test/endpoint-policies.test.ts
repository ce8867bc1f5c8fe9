import { mainnet, stokenet } from "@weft/environments";
import { expect, test } from "vitest";
import type { Templates } from "../templates.ts";
import { type Document, linesOf } from "./role-rights.ts";
import { resourcesOf, templatesOf } from "./synthesized.ts";

const OWN = 'if {"StringEquals":{"aws:PrincipalAccount":"<AWS::AccountId>"}}';
const ANY = 'by {"AWS":"*"}';
const PULL =
  "Allow PullImages: ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:DescribeImages ecr:GetAuthorizationToken ecr:GetDownloadUrlForLayer on * " +
  ANY;

/** What may pass each endpoint, by service. */
function policies(templates: Templates): Record<string, readonly string[] | undefined> {
  const entries = resourcesOf(templates, "AWS::EC2::VPCEndpoint").map(({ properties }) => {
    const service = String(properties.ServiceName).replace(/^com\.amazonaws\.[^.]+\./, "");
    const document = properties.PolicyDocument as Document | undefined;
    return [service, document && linesOf(document)] as const;
  });
  return Object.fromEntries(entries);
}

test("endpoints let pass what goes to this environment, and what nodes are made of, whoever asks", async () => {
  const data = "arn:aws:s3:::weft-mainnet-data-7be1d0-eu-west-1";
  const queue = (name: string) => `arn:aws:sqs:eu-west-1:<AWS::AccountId>:weft-mainnet${name}`;
  const queues = ["-index", "-index-dlq", "-liquidation.fifo", "-liquidation-dlq.fifo", ""];
  expect(policies(await templatesOf(mainnet))).toEqual({
    s3: [
      `Allow OwnData: s3:GetObject s3:PutObject s3:ListBucket on ${data} ${data}/* ${ANY} ${OWN}`,
      `Allow LayersOfEcr: s3:GetObject on arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/* ${ANY}`,
      `Allow LayersOfKubernetes: s3:GetObject on arn:aws:s3:::prod-registry-k8s-io-*/* arn:aws:s3:::767373bbdcb8270361b96548387bf2a9ad0d48758c35-*/* ${ANY}`,
    ],
    dynamodb: [
      `Allow OwnTable: dynamodb:* on arn:aws:dynamodb:eu-west-1:<AWS::AccountId>:table/weft-mainnet-state ${ANY} ${OWN}`,
    ],
    sqs: [`Allow OwnQueues: sqs:* on ${queues.map(queue).join(" ")} ${ANY} ${OWN}`],
    kms: [
      `Allow SignWithOwnKeys: kms:Sign kms:GetPublicKey on arn:aws:kms:eu-west-1:<AWS::AccountId>:key/* ${ANY} ${OWN}`,
    ],
    secretsmanager: [
      `Allow ReadOwnSecrets: secretsmanager:GetSecretValue secretsmanager:DescribeSecret on arn:aws:secretsmanager:eu-west-1:<AWS::AccountId>:secret:weft/mainnet/* ${ANY} ${OWN}`,
    ],
    "ecr.api": [PULL],
    "ecr.dkr": [PULL],
    sts: [`Allow OwnPrincipals: sts:* on * ${ANY} ${OWN}`],
    logs: [
      `Allow OwnLogs: logs:* on arn:aws:logs:eu-west-1:<AWS::AccountId>:log-group:* ${ANY} ${OWN}`,
    ],
    "eks-auth": undefined,
  });
});

/** Of what passes by the endpoints, what the roles of pods may do: nothing of that may be held up. */
test.each([stokenet, mainnet])("$name: whatever a pod may do passes its endpoint", async (env) => {
  const templates = await templatesOf(env);
  const passing = policies(templates);
  const services = { sqs: "sqs", s3: "s3", dynamodb: "dynamodb", secretsmanager: "secretsmanager" };
  const held = podStatements(templates).flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap((action) => {
      const service = services[action.split(":")[0] as keyof typeof services];
      if (service === undefined) return [];
      const lines = (passing[service] ?? []).map((line) => line.split(" on "));
      return [Resource].flat().filter((resource) => {
        const name = resource.replace("<karpenterinterruptionsqueue.Arn>", `:weft-${env.name}`);
        return !lines.some(
          ([actions = "", resources = ""]) =>
            (actions.includes(action) || actions.includes(`${service}:*`)) &&
            resources.split(" ").some((one) => covers(one, name)),
        );
      });
    }),
  );
  expect(held).toEqual([]);
});

const covers = (pattern: string, resource: string) =>
  pattern.endsWith(resource) ||
  (pattern.endsWith("*") && resource.startsWith(pattern.slice(0, -1)));

function podStatements(templates: Templates) {
  return resourcesOf(templates, "AWS::IAM::Policy")
    .filter(({ stack, id }) => stack === "identity" || id.startsWith("karpentercontroller"))
    .flatMap(
      ({ properties }) =>
        (properties.PolicyDocument as { Statement: { Action: string[]; Resource: string[] }[] })
          .Statement,
    );
}
