import {
  AGREEMENT_BELOW_BAND,
  awsVariables,
  CLOCK_ON_SIMULATOR_ONLY,
  crossCheck,
  type Environment,
  fifoQueueName,
  ledgerVariables,
  parseEnvironment,
  priceGuardVariables,
  queueName,
  receiveVariables,
  shellVariables,
} from "@weft/runtime";
import { z } from "zod";

const decimal = z.string().regex(/^\d+(\.\d{1,18})?$/, "a decimal such as 0.95");
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Every variable this program reads. */
const variables = z.object({
  ...shellVariables,
  ...ledgerVariables,
  ...awsVariables,
  ...receiveVariables,
  ...priceGuardVariables,
  INDEX_QUEUE: queueName,
  /** Where a batch goes that cannot be worked on, for a person to look at. */
  INDEX_DEAD_LETTER_QUEUE: queueName,
  LIQUIDATION_QUEUE: fifoQueueName,
  /** A batch not answered by then goes to somebody else; extended while it is worked. */
  VISIBILITY_TIMEOUT_SECONDS: whole(5, 3_600).default(120),
  /** Batches worked on at once. */
  BATCHES_IN_FLIGHT: whole(1, 100).default(6),
  /** Liquidation loan-to-value, as computed off-ledger, from which the ledger is asked. */
  CONFIRM_FROM_LTV: decimal.default("0.99"),
  /** CDPs per confirming preview. */
  CONFIRM_BATCH_SIZE: whole(1, 50).default(10),
  /** Collateral worth no more than this is nothing: the debt is bad, XRD. */
  BAD_DEBT_COLLATERAL_XRD: decimal.default("1"),
  /** How long a candidate means anything, ledger time. */
  CANDIDATE_TTL_SECONDS: whole(10, 86_400).default(600),
});

const withClock = crossCheck(variables, "CLOCK_URL", CLOCK_ON_SIMULATOR_ONLY);
/** What has to hold between the variables. */
export const envSchema = crossCheck(
  crossCheck(withClock, "PRICE_AGREEMENT", AGREEMENT_BELOW_BAND),
  "CONFIRM_FROM_LTV",
  {
    holds: ({ CONFIRM_FROM_LTV: from }) => from === undefined || Number(from) <= 1,
    message: "is above 1: liquidatable CDPs would pass unseen",
  },
);

export type Config = z.infer<typeof envSchema>;

/** @throws {AppError} `bad_environment` naming every variable that is missing or wrong */
export function parseConfig(env: Environment): Config {
  return parseEnvironment(envSchema, env);
}
