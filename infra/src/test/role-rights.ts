import type { Templates } from "../templates.ts";
import { resourcesOf, withoutHash } from "./synthesized.ts";

interface Statement {
  readonly Effect: string;
  readonly Sid?: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

export interface Document {
  readonly Statement: readonly Statement[];
}

/** All that a role is: who may take it, and each statement of what it may do, in full. */
export interface RoleRights {
  readonly trust: readonly string[];
  readonly rights: readonly string[];
}

/** Every role of the templates, by stack and id. */
export function roleRights(templates: Templates): Record<string, RoleRights> {
  const policies = resourcesOf(templates, "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy");
  const roles = resourcesOf(templates, "AWS::IAM::Role").map(({ stack, id, properties }) => {
    const attached = policies.filter(
      (policy) =>
        policy.stack === stack &&
        (policy.properties.Roles as string[]).includes(`<${withoutHash(id)}>`),
    );
    const inline = (properties.Policies ?? []) as { PolicyDocument: Document }[];
    const rights = [
      ...((properties.ManagedPolicyArns ?? []) as string[]).map((arn) => `Managed ${arn}`),
      ...inline.flatMap(({ PolicyDocument }) => linesOf(PolicyDocument)),
      ...attached.flatMap(({ properties: own }) => linesOf(own.PolicyDocument as Document)),
    ];
    const trust = linesOf(properties.AssumeRolePolicyDocument as Document);
    return [`${stack}/${withoutHash(id)}`, { trust, rights }] as const;
  });
  return Object.fromEntries(roles.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Each statement of a policy, in full, as a line. */
export const linesOf = ({ Statement }: Document) => Statement.map(lineOf);

/** @throws {Error} for a statement that says more than a line tells */
function lineOf(statement: Statement): string {
  const { Effect, Sid, Action, Resource, Principal, Condition, ...more } = statement;
  if (Object.keys(more).length > 0) throw new Error(`unknown in a policy: ${Object.keys(more)}`);
  return [
    ...[Effect, ...(Sid === undefined ? [] : [`${Sid}:`])],
    ...[Action].flat(),
    ...(Resource === undefined ? [] : ["on", ...[Resource].flat()]),
    ...(Principal === undefined ? [] : ["by", JSON.stringify(Principal)]),
    ...(Condition === undefined ? [] : ["if", JSON.stringify(Condition)]),
  ].join(" ");
}
