import { LEDGERS, LOCAL_STACK, localUrl } from "@weft/environments";
import type { k8s } from "cdk8s-plus-29";
import type { Context } from "./context.ts";

export type Variables = Readonly<Record<string, string>>;

/** The Secret with the keys that the local stack's servers do not check. */
export const LOCAL_AWS_SECRET = "local-aws-keys";

/** What every program reads, whatever it does. */
export function commonVariables({ env, names }: Context): Variables {
  const ledger = LEDGERS[env.network];
  return {
    NETWORK: env.network,
    GATEWAY_URLS: ledger.gatewayUrls.join(","),
    LENDING_MARKET: ledger.lendingMarket,
    LENDING_POOL: ledger.lendingPool,
    CDP_RESOURCE: ledger.cdpResource,
    MAX_HEAD_AGE_SECONDS: String(env.gateway.maxHeadAgeSeconds),
    AWS_REGION: regionOf(env),
    DATA_BUCKET: names.dataBucket,
    STATE_TABLE: names.stateTable,
    ...(env.aws === undefined ? localVariables() : {}),
  };
}

/** The share of one of `pods` in a budget that holds over all of them. */
export function gatewayShare(
  budget: { readonly inFlight: number; readonly requestsPerSecond: number },
  pods: number,
): Variables {
  return {
    GATEWAY_MAX_IN_FLIGHT: String(Math.floor(budget.inFlight / pods)),
    GATEWAY_REQUESTS_PER_SECOND: String(Math.floor(budget.requestsPerSecond / pods)),
  };
}

/** AWS gives a pod its keys by Pod Identity; the local stack only wants to see some. */
export function credentials({ env }: Context): k8s.EnvVar[] {
  if (env.aws !== undefined) return [];
  return ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((key) => ({
    name: key,
    valueFrom: { secretKeyRef: { name: LOCAL_AWS_SECRET, key } },
  }));
}

export function regionOf(env: Context["env"]): string {
  return env.aws?.region ?? LOCAL_STACK.region;
}

function localVariables(): Variables {
  return {
    AWS_ENDPOINT_URL_SQS: localUrl("sqsS3"),
    AWS_ENDPOINT_URL_S3: localUrl("sqsS3"),
    AWS_ENDPOINT_URL_DYNAMODB: localUrl("dynamodb"),
    CLOCK_URL: `${localUrl("gateway")}/control/clock`,
  };
}
