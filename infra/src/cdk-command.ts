import type { Context } from "./context.ts";

/** What is asked of the CDK's own command line, which needs credentials of the account. */
export type CloudCommand = "deploy" | "destroy" | "diff" | "drift";

export interface CdkOrder {
  readonly command: CloudCommand;
  /** Where the templates were synthesized. */
  readonly folder: string;
  /** All there are. */
  readonly stacks: readonly string[];
  /** Stacks that are meant, if not all, and options, which are handed on as they are. */
  readonly words: readonly string[];
}

/** The arguments of `cdk`. */
export function cdkArguments({ aws }: Pick<Context, "aws">, order: CdkOrder): string[] {
  const { command, folder, stacks, words } = order;
  const chosen = words.filter((word) => stacks.includes(word));
  const all = command === "destroy" ? stacks.filter((stack) => stack !== SHARED_STACK) : stacks;
  return [
    command,
    ...(chosen.length > 0 ? chosen : all),
    "--app",
    folder,
    ...(command === "deploy" && aws.retainData ? [TAKE_BACK] : []),
    ...words.filter((word) => !chosen.includes(word)),
  ];
}

/** Other environments of the account live on it: it goes only when it is named. */
const SHARED_STACK = "account";
/** An environment that comes back takes over what was kept of it, by name. */
const TAKE_BACK = "--import-existing-resources";
