import { DEPLOYMENTS, type Environment as Deployment, LEDGERS, namesOf } from "@weft/environments";
import {
  awsVariables,
  CLOCK_ON_SIMULATOR_ONLY,
  crossCheck,
  type Environment,
  ledgerVariables,
  parseEnvironment,
} from "@weft/runtime";
import { z } from "zod";
import { UsageError } from "./command-line.ts";

/** What the operator's program reads: the variables of any other program will do. */
const variables = z.object({
  ...ledgerVariables,
  ...awsVariables,
  BAD_DEBT_COLLATERAL_XRD: z
    .string()
    .regex(/^\d+(\.\d{1,18})?$/, "a decimal such as 1")
    .default("1"),
  /** Shown beside what the hour has cost, XRD. */
  SPEND_CEILING_XRD_PER_HOUR: z.string().optional(),
});

const schema = crossCheck(variables, "CLOCK_URL", CLOCK_ON_SIMULATOR_ONLY);

export type Config = z.infer<typeof schema>;

/**
 * Where everything is: of a deployment by name, whose names are derived as its manifests' are, or as the shell's
 * variables say.
 *
 * @throws {UsageError} on a deployment that there is not
 * @throws {AppError} `bad_environment` (park) naming every variable that is missing or wrong
 */
export function resolveConfig(environment: string | null, env: Environment): Config {
  if (environment === null) return parseEnvironment(schema, env);
  const deployment = deploymentOf(environment);
  const names = namesOf(deployment);
  return parseEnvironment(schema, {
    ...ledgerVariablesOf(deployment),
    AWS_REGION: deployment.aws?.region,
    DATA_BUCKET: names.dataBucket,
    STATE_TABLE: names.stateTable,
    SPEND_CEILING_XRD_PER_HOUR: deployment.liquidator.spendCeilingXrdPerHour,
  });
}

/** A deployment on AWS by name. @throws {UsageError} on one that there is not */
export function deploymentOf(environment: string): Deployment {
  const deployment = DEPLOYMENTS.find(({ name }) => name === environment);
  if (deployment?.aws !== undefined) return deployment;
  const names = DEPLOYMENTS.map(({ name }) => name).join(" or ");
  throw new UsageError(`--environment must be ${names}, not ${environment}`);
}

/** Where a deployment's ledger is, as a program's variables say it. */
export function ledgerVariablesOf({ network }: Deployment): Environment {
  const ledger = LEDGERS[network];
  return {
    NETWORK: network,
    GATEWAY_URLS: ledger.gatewayUrls.join(","),
    LENDING_MARKET: ledger.lendingMarket,
    LENDING_POOL: ledger.lendingPool,
    CDP_RESOURCE: ledger.cdpResource,
  };
}
