import { bucketName, type Environment, globalName, type Names } from "@weft/environments";

export interface InfraNames {
  /** Of a stack, by what it holds. */
  readonly stack: (part: string) => string;
  readonly buckets: {
    readonly accessLogs: string;
    readonly artifacts: string;
    readonly queryResults: string;
  };
  readonly workgroup: string;
  readonly glueDatabase: string;
  /** Of the liquidator: the key's policy names it, and the key may outlive it. */
  readonly signerRole: string;
  readonly operatorRole: string;
  readonly planRole: string;
  readonly deployRole: string;
  readonly driftRole: string;
  readonly budget: string;
}

export function infraNamesOf({ cluster }: Names, aws: NonNullable<Environment["aws"]>): InfraNames {
  const bucket = (part: string) => bucketName(cluster, part, aws);
  const global = (part: string) => globalName(cluster, part, aws);
  return {
    stack: (part) => `${cluster}-${part}`,
    buckets: {
      accessLogs: bucket("access-logs"),
      artifacts: bucket("artifacts"),
      queryResults: bucket("query-results"),
    },
    workgroup: cluster,
    // Athena takes no hyphen without quotes.
    glueDatabase: cluster.replaceAll("-", "_"),
    signerRole: global("liquidator"),
    operatorRole: global("operator"),
    planRole: global("github-plan"),
    deployRole: global("github-deploy"),
    driftRole: global("github-drift"),
    budget: global("budget"),
  };
}

/** What an account has once, whatever lives in it. */
export const ACCOUNT_NAMES = {
  stack: "weft-account",
  pushRole: "weft-github-push",
  githubIssuer: "token.actions.githubusercontent.com",
} as const;
