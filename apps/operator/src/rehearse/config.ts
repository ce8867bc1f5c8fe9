import { namesOf, planVariablesOf, priceGuardVariablesOf } from "@weft/environments";
import { planVariables } from "@weft/ledger";
import {
  AGREEMENT_BELOW_BAND,
  CLOCK_ON_SIMULATOR_ONLY,
  crossCheck,
  type Environment,
  ledgerVariables,
  parseEnvironment,
  priceGuardVariables,
} from "@weft/runtime";
import { z } from "zod";
import { deploymentOf, ledgerVariablesOf } from "../config.ts";

/** A public Gateway is shared with everyone, the fleet's own pods among them. */
const PUBLIC_IN_FLIGHT = 4;
const PUBLIC_REQUESTS_PER_SECOND = 10;

/** What a rehearsal reads. There is no signer among it. */
const variables = z.object({
  ...ledgerVariables,
  ...planVariables,
  ...priceGuardVariables,
  /** The account that would pay; without it nothing is previewed. */
  SIGNER_ACCOUNT: z
    .string()
    .regex(/^account_[a-z0-9_]+$/, "an account address")
    .optional(),
  /** Where the price guard remembers; without it prices are taken as the ledger has them. */
  STATE_TABLE: z.string().min(3).max(255).optional(),
  AWS_REGION: z.string().min(1).optional(),
  AWS_ENDPOINT_URL_DYNAMODB: z.url({ protocol: /^https?$/ }).optional(),
});

const withClock = crossCheck(variables, "CLOCK_URL", CLOCK_ON_SIMULATOR_ONLY);
const withPrices = crossCheck(withClock, "PRICE_AGREEMENT", AGREEMENT_BELOW_BAND);
const schema = crossCheck(withPrices, "AWS_REGION", {
  holds: ({ STATE_TABLE, AWS_REGION }) => STATE_TABLE === undefined || AWS_REGION !== undefined,
  message: "is needed with STATE_TABLE",
});

export type RehearsalConfig = z.infer<typeof schema>;

/**
 * What is rehearsed, and with which settings: as a deployment's manifests say, with the shell's variables for what they
 * leave open, or as the shell's variables say. A public Gateway is asked no faster than a guest should.
 *
 * @throws {UsageError} on a deployment that there is not
 * @throws {AppError} `bad_environment` (park) naming every variable that is missing or wrong
 */
export function resolveRehearsalConfig(
  environment: string | null,
  env: Environment,
): RehearsalConfig {
  const config = parseEnvironment(
    schema,
    environment === null ? env : ofDeployment(environment, env),
  );
  if (config.NETWORK === "simulator") return config;
  return {
    ...config,
    GATEWAY_MAX_IN_FLIGHT: Math.min(config.GATEWAY_MAX_IN_FLIGHT, PUBLIC_IN_FLIGHT),
    GATEWAY_REQUESTS_PER_SECOND: Math.min(
      config.GATEWAY_REQUESTS_PER_SECOND,
      PUBLIC_REQUESTS_PER_SECOND,
    ),
  };
}

function ofDeployment(name: string, env: Environment): Environment {
  const deployment = deploymentOf(name);
  const open = Object.keys({ ...planVariables, ...priceGuardVariables });
  return {
    ...Object.fromEntries(open.map((variable) => [variable, env[variable]])),
    ...ledgerVariablesOf(deployment),
    STATE_TABLE: namesOf(deployment).stateTable,
    AWS_REGION: deployment.aws?.region,
    SIGNER_ACCOUNT: deployment.liquidator.account ?? env.SIGNER_ACCOUNT,
    ...planVariablesOf(deployment),
    ...priceGuardVariablesOf(deployment),
  };
}
