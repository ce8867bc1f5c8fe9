import type { Context } from "./context.ts";

/** What is asked of the CDK's own command line, which needs credentials of the account. */
export type CloudCommand = "deploy" | "destroy" | "diff";

export interface CdkOrder {
  readonly command: CloudCommand;
  /** Where the templates were synthesized. */
  readonly folder: string;
  readonly stacks: readonly string[];
  /** Handed on as they are. */
  readonly options: readonly string[];
}

/** The arguments of `cdk`. */
export function cdkArguments({ aws }: Pick<Context, "aws">, order: CdkOrder): string[] {
  const { command, folder, stacks, options } = order;
  return [
    command,
    ...(command === "destroy" ? stacks.filter((stack) => stack !== SHARED_STACK) : stacks),
    "--app",
    folder,
    ...(command === "deploy" && aws.retainData ? [TAKE_BACK] : []),
    ...options,
  ];
}

/** Other environments of the account live on it: it goes by name only. */
const SHARED_STACK = "account";
/** An environment that comes back takes over what was kept of it, by name. */
const TAKE_BACK = "--import-existing-resources";
