import { WORKER_NODE_OPTIONS } from "@weft/environments";
import { LOCAL_AWS } from "../aws/names.ts";
import type { AwsEndpoints } from "../aws/resources.ts";
import type { Network } from "./flags.ts";

export type Variables = Readonly<Record<string, string>>;
export type App = "dispatcher" | "indexer" | "liquidator";

export interface EnvironmentFacts {
  readonly network: Network;
  readonly gatewayUrls: readonly string[];
  readonly lendingMarket: string;
  readonly lendingPool: string;
  readonly cdpResource: string;
  /** Only a simulated ledger has a clock of its own. */
  readonly clockUrl: string | null;
  readonly endpoints: AwsEndpoints;
  readonly keyFile: string;
  /** What swaps one resource for another, as the liquidator reads it; empty where nothing does. */
  readonly swapPools: string;
  /** What stays in its account whatever comes, as the liquidator reads it. */
  readonly inventoryKeep: string;
  readonly dryRun: boolean;
  readonly indexers: number;
  readonly liquidators: number;
}

/** In flight over all processes of a kind: the Gateway budget of the design. */
const INDEXING_IN_FLIGHT = 16;
const LIQUIDATION_IN_FLIGHT = 50;
const FINALITY_IN_FLIGHT = 10;
const EXECUTORS_IN_ALL = 50;
/** A public Gateway is shared with everyone: one process stays under these. */
const PUBLIC_IN_FLIGHT = 4;
const PUBLIC_REQUESTS_PER_SECOND = 10;
/** No limit that would show against a simulator on the same machine. */
const LOCAL_REQUESTS_PER_SECOND = 10_000;

/** The environment variables of each program. */
export function appVariables(facts: EnvironmentFacts): Readonly<Record<App, Variables>> {
  const { indexers, liquidators, dryRun } = facts;
  const shared = sharedVariables(facts);
  const { indexQueue, indexDeadLetterQueue, liquidationQueue, liquidationDeadLetterQueue } =
    LOCAL_AWS;
  // Short, so that what a killed worker held, or an embedded long poll swallowed, is soon seen again.
  const receiving = { VISIBILITY_TIMEOUT_SECONDS: "10", RECEIVE_WAIT_SECONDS: "1" };
  const indexing = gatewayBudget(facts, INDEXING_IN_FLIGHT / indexers);
  const liquidation = gatewayBudget(facts, LIQUIDATION_IN_FLIGHT / liquidators);
  return {
    dispatcher: { ...shared, ...gatewayBudget(facts, 4), INDEX_QUEUE: indexQueue },
    indexer: {
      ...shared,
      NODE_OPTIONS: WORKER_NODE_OPTIONS,
      ...indexing,
      INDEX_QUEUE: indexQueue,
      INDEX_DEAD_LETTER_QUEUE: indexDeadLetterQueue,
      LIQUIDATION_QUEUE: liquidationQueue,
      ...receiving,
    },
    liquidator: {
      ...shared,
      NODE_OPTIONS: WORKER_NODE_OPTIONS,
      ...liquidation,
      GATEWAY_FINALITY_IN_FLIGHT: String(Math.max(1, Math.floor(FINALITY_IN_FLIGHT / liquidators))),
      LIQUIDATION_QUEUE: liquidationQueue,
      LIQUIDATION_DEAD_LETTER_QUEUE: liquidationDeadLetterQueue,
      ...receiving,
      EXECUTORS: String(Math.max(1, Math.min(10, Math.floor(EXECUTORS_IN_ALL / liquidators)))),
      FINALITY_POLL_MS: "250",
      SWAP_POOLS: facts.swapPools,
      INVENTORY_KEEP: facts.inventoryKeep,
      ...(dryRun
        ? { SIGNER: "none", DRY_RUN: "true" }
        : { SIGNER: "file", SIGNING_KEY_FILE: facts.keyFile, DRY_RUN: "false" }),
    },
  };
}

function sharedVariables(facts: EnvironmentFacts): Variables {
  const { region, accessKeyId, secretAccessKey, dataBucket, stateTable } = LOCAL_AWS;
  return {
    LOG_LEVEL: "info",
    OPS_HOST: "127.0.0.1",
    OPS_PORT: "0",
    NETWORK: facts.network,
    GATEWAY_URLS: facts.gatewayUrls.join(","),
    LENDING_MARKET: facts.lendingMarket,
    LENDING_POOL: facts.lendingPool,
    CDP_RESOURCE: facts.cdpResource,
    ...(facts.clockUrl === null ? {} : { CLOCK_URL: facts.clockUrl }),
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL_SQS: facts.endpoints.sqsUrl,
    AWS_ENDPOINT_URL_S3: facts.endpoints.s3Url,
    AWS_ENDPOINT_URL_DYNAMODB: facts.endpoints.dynamodbUrl,
    DATA_BUCKET: dataBucket,
    STATE_TABLE: stateTable,
  };
}

function gatewayBudget({ network }: EnvironmentFacts, share: number): Variables {
  const local = network === "simulator";
  const inFlight = Math.max(1, Math.floor(share));
  return {
    GATEWAY_MAX_IN_FLIGHT: String(local ? inFlight : Math.min(PUBLIC_IN_FLIGHT, inFlight)),
    GATEWAY_REQUESTS_PER_SECOND: String(
      local ? LOCAL_REQUESTS_PER_SECOND : PUBLIC_REQUESTS_PER_SECOND,
    ),
  };
}

/** The variables as a POSIX shell exports them. */
export function exportLines(variables: Variables): string[] {
  return Object.entries(variables).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  );
}
