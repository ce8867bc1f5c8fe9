import { Fn, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Context } from "../context.ts";
import { tagForCosts } from "../cost-tags.ts";

/** One part of an environment: its name, its region, the tags of all it holds. */
export abstract class EnvironmentStack extends Stack {
  protected readonly context: Context;

  constructor(scope: Construct, part: string, context: Context) {
    super(scope, part, {
      stackName: context.own.stack(part),
      description: `Weft backend, ${context.env.name}: ${part}`,
      env: { region: context.aws.region },
    });
    this.context = context;
    tagForCosts(this, { environment: context.env.name, component: part });
  }

  /** The first zones the account has in the region: found on deployment, so that synthesis needs no account. */
  override get availabilityZones(): string[] {
    return Array.from({ length: this.context.aws.zones }, (_, zone) =>
      Fn.select(zone, Fn.getAzs()),
    );
  }
}
