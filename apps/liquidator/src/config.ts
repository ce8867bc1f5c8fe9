import { planVariables } from "@weft/ledger";
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
  receiveVariables,
  shellVariables,
} from "@weft/runtime";
import { z } from "zod";

const decimal = z.string().regex(/^\d+(\.\d{1,18})?$/, "a decimal such as 0.1");
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Every variable this program reads. */
const variables = z.object({
  ...shellVariables,
  ...ledgerVariables,
  ...awsVariables,
  ...receiveVariables,
  ...priceGuardVariables,
  ...planVariables,
  /** Requests at once that submit a transaction or ask for its end, beside those of GATEWAY_MAX_IN_FLIGHT. */
  GATEWAY_FINALITY_IN_FLIGHT: whole(1, 1_000).default(10),
  LIQUIDATION_QUEUE: fifoQueueName,
  /** Where a candidate goes that cannot be worked on, for a person to look at. */
  LIQUIDATION_DEAD_LETTER_QUEUE: fifoQueueName,
  /** Candidates worked on at once, from reading the CDP again to submission. */
  EXECUTORS: whole(1, 50).default(10),
  /** Messages held at once: those being executed, and those that wait for finality or for the rest of their loan. */
  MESSAGES_IN_FLIGHT: whole(1, 1_000).default(400),
  VISIBILITY_TIMEOUT_SECONDS: whole(5, 3_600).default(60),
  /** Where signatures come from; `none` only for a dry run. */
  SIGNER: z.enum(["none", "file", "kms"]),
  SIGNING_KEY_FILE: z.string().min(1).optional(),
  /** An Ed25519 key in KMS: its id, its ARN, or an alias with the leading `alias/`. */
  SIGNING_KEY_ID: z.string().min(1).optional(),
  /** The account that the key must be that of: another key signs nothing. */
  SIGNER_ACCOUNT: z
    .string()
    .regex(/^account_[a-z0-9_]+$/, "an account address")
    .optional(),
  AWS_ENDPOINT_URL_KMS: z.url({ protocol: /^https?$/ }).optional(),
  /** Everything but signing. */
  DRY_RUN: z.stringbool().default(false),
  /** Fees of one hour of the clock, XRD, over all executors: those paid, and those locked by what is under way. */
  SPEND_CEILING_XRD_PER_HOUR: decimal.default("20000"),
  /** Below it an alert is to go off, XRD. Nothing stops by it. */
  MIN_BALANCE_XRD: decimal.default("1000"),
  /** Validity of a signed intent, epochs. */
  EPOCH_WINDOW: whole(2, 100).default(2),
  /** A table that is new or restored signs nothing for so many epochs: no less than any intent in force is valid. */
  HOLD_FIRE_EPOCHS: whole(2, 1_000).default(2),
  FINALITY_POLL_MS: whole(50, 60_000).default(1_000),
});

const withClock = crossCheck(variables, "CLOCK_URL", CLOCK_ON_SIMULATOR_ONLY);
const withPrices = crossCheck(withClock, "PRICE_AGREEMENT", AGREEMENT_BELOW_BAND);
const withKey = crossCheck(withPrices, "SIGNING_KEY_FILE", {
  holds: ({ SIGNER, SIGNING_KEY_FILE }) => SIGNER !== "file" || SIGNING_KEY_FILE !== undefined,
  message: "is needed with SIGNER=file: the path of the mounted key",
});
const withKmsKey = crossCheck(withKey, "SIGNING_KEY_ID", {
  holds: ({ SIGNER, SIGNING_KEY_ID }) => SIGNER !== "kms" || SIGNING_KEY_ID !== undefined,
  message: "is needed with SIGNER=kms: the key's alias, such as alias/weft-mainnet-signer",
});
// An alias is moved with one call: only the account's address says which key was meant.
const withAccount = crossCheck(withKmsKey, "SIGNER_ACCOUNT", {
  holds: ({ SIGNER, SIGNER_ACCOUNT }) => SIGNER !== "kms" || SIGNER_ACCOUNT !== undefined,
  message: "is needed with SIGNER=kms: the address of the account that the key controls",
});
const withSigner = crossCheck(withAccount, "SIGNER", {
  holds: ({ SIGNER, DRY_RUN }) => SIGNER !== "none" || DRY_RUN !== false,
  message: "is none: set DRY_RUN=true, or give a signer",
});

const withHold = crossCheck(withSigner, "HOLD_FIRE_EPOCHS", {
  holds: ({ HOLD_FIRE_EPOCHS = 0, EPOCH_WINDOW = HOLD_FIRE_EPOCHS }) =>
    EPOCH_WINDOW <= HOLD_FIRE_EPOCHS,
  message: "is less than EPOCH_WINDOW: an intent could still be open when fire is opened",
});
const withCeiling = crossCheck(withHold, "SPEND_CEILING_XRD_PER_HOUR", {
  holds: ({ SPEND_CEILING_XRD_PER_HOUR = "0", FEE_LOCK_XRD = "0" }) =>
    Number(SPEND_CEILING_XRD_PER_HOUR) >= Number(FEE_LOCK_XRD),
  message: "is less than FEE_LOCK_XRD: nothing could ever be signed",
});

/** What has to hold between the variables. */
export const envSchema = crossCheck(withCeiling, "EXECUTORS", {
  holds: ({ EXECUTORS = 0, MESSAGES_IN_FLIGHT = EXECUTORS }) => EXECUTORS <= MESSAGES_IN_FLIGHT,
  message: "is more than MESSAGES_IN_FLIGHT: the rest could never be busy",
});

export type Config = z.infer<typeof envSchema>;

/** @throws {AppError} `bad_environment` naming every variable that is missing or wrong */
export function parseConfig(env: Environment): Config {
  return parseEnvironment(envSchema, env);
}
