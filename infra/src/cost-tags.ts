import { CfnResource, type Stack, TagManager, Tags } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** What bills are split by; the manifests put the same on the nodes that Karpenter starts. */
export const COST_TAGS = { environment: "weft:environment", component: "weft:component" } as const;

/** Tags everything in `scope` that can be tagged. */
export function tagForCosts(
  scope: IConstruct,
  { environment, component }: Partial<Record<keyof typeof COST_TAGS, string>>,
): void {
  if (environment !== undefined) Tags.of(scope).add(COST_TAGS.environment, environment);
  if (component !== undefined) Tags.of(scope).add(COST_TAGS.component, component);
}

/** The library's own helpers, untyped as they are, are passed over by what tags everything else. */
const UNTYPED = ["AWS::IAM::Role", "AWS::Lambda::Function"];

/** Tags what the library made in `stack` to serve its own purposes. */
export function tagHelpersForCosts(
  stack: Stack,
  tags: Readonly<Record<keyof typeof COST_TAGS, string>>,
): void {
  const list = (["environment", "component"] as const).map((tag) => ({
    Key: COST_TAGS[tag],
    Value: tags[tag],
  }));
  for (const made of stack.node.findAll()) {
    if (!CfnResource.isCfnResource(made) || TagManager.isTaggable(made)) continue;
    if (UNTYPED.includes(made.cfnResourceType)) made.addPropertyOverride("Tags", list);
  }
}
