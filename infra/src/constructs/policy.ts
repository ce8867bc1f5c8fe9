import { PolicyStatement } from "aws-cdk-lib/aws-iam";

type Conditions = Record<string, Record<string, string | readonly string[]>>;

/** What a role may do with what, and why it needs to, as the statement's name. */
export function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Conditions = {},
): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions: [...actions],
    resources: [...resources],
    conditions,
  });
}
