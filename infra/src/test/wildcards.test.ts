import { mainnet, stokenet } from "@weft/environments";
import { expect, test } from "vitest";
import { resourcesOf, templatesOf } from "./synthesized.ts";

/** Every statement that allows something on everything, and why it can say no less; roles' are answered to cdk-nag as well. */
const REASONS: Readonly<Record<string, string>> = {
  ReadMetrics: "CloudWatch knows no resources for reading metrics",
  SeeWhatTheRegionHas: "EC2 knows no resources for describing; tied to the region",
  ListProfiles: "IAM knows no resources for listing",
  SeeZonalShifts: "tied to this cluster by its condition",
  SeePrices: "prices have no resources",
  FollowDetection:
    "CloudFormation names a detection by an id of its own, which is no resource; reading only",
  LogIn: "ECR gives its token for no repository",
  PullImages: "an endpoint's: images of EKS's add-ons lie in accounts of AWS's own; reading only",
  OwnPrincipals: "an endpoint's: who one is has no resource; tied to principals of this account",
  Administration: "a key's own policy, in which it stands for that key",
  SigningByTheLiquidatorAlone: "a key's own policy, in which it stands for that key",
  "AWS::KMS::Key": "a key's own policy, in which it stands for that key",
};

test.each([stokenet, mainnet])(
  "$name: nothing is allowed on everything without a named reason",
  async (env) => {
    const found = new Set<string>();
    for (const { Type, properties } of resourcesOf(await templatesOf(env))) {
      for (const statement of statementsOf(properties)) {
        const everything = [statement.Resource].flat().includes("*");
        if (everything && statement.Effect === "Allow") found.add(statement.Sid ?? Type);
      }
    }
    expect([...found].filter((name) => REASONS[name] === undefined)).toEqual([]);
    // What the account has once is made on mainnet alone.
    const answered = Object.keys(REASONS).filter((name) => env === mainnet || name !== "LogIn");
    expect([...found].sort()).toEqual(answered.sort());
  },
);

interface Statement {
  readonly Effect: string;
  readonly Sid?: string;
  readonly Resource?: unknown;
}

/** Of every policy in a resource, wherever it lies. */
function statementsOf(value: unknown): Statement[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "Statement" in value && Array.isArray(value.Statement) ? value.Statement : [];
  return [...own, ...Object.values(value).flatMap(statementsOf)];
}
