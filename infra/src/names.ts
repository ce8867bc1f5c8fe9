import type { Environment, Names } from "@weft/environments";

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
}

export function infraNamesOf(
  { cluster }: Names,
  { bucketSuffix }: NonNullable<Environment["aws"]>,
): InfraNames {
  return {
    stack: (part) => `${cluster}-${part}`,
    buckets: {
      accessLogs: `${cluster}-access-logs-${bucketSuffix}`,
      artifacts: `${cluster}-artifacts-${bucketSuffix}`,
      queryResults: `${cluster}-query-results-${bucketSuffix}`,
    },
    workgroup: cluster,
    // Athena takes no hyphen without quotes.
    glueDatabase: cluster.replaceAll("-", "_"),
    signerRole: `${cluster}-liquidator`,
    operatorRole: `${cluster}-operator`,
    planRole: `${cluster}-github-plan`,
    deployRole: `${cluster}-github-deploy`,
  };
}

/** What an account has once, whatever lives in it. */
export const ACCOUNT_NAMES = {
  stack: "weft-account",
  pushRole: "weft-github-push",
  githubIssuer: "token.actions.githubusercontent.com",
} as const;
