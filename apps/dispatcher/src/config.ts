import { MAX_BATCH_CDPS } from "@weft/messages";
import {
  awsVariables,
  CLOCK_ON_SIMULATOR_ONLY,
  crossCheck,
  type Environment,
  ledgerVariables,
  parseEnvironment,
  queueName,
  shellVariables,
} from "@weft/runtime";
import { z } from "zod";

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Every variable this program reads. It lives for seconds, so it has no ops server to configure. */
export const envSchema = crossCheck(
  z.object({
    LOG_LEVEL: shellVariables.LOG_LEVEL,
    REVISION: shellVariables.REVISION,
    ...ledgerVariables,
    ...awsVariables,
    INDEX_QUEUE: queueName,
    /** CDPs per batch. */
    BATCH_SIZE: whole(1, MAX_BATCH_CDPS).default(500),
    /** When this run was due, RFC 3339: names the run. */
    SCHEDULED_AT: z.iso.datetime({ offset: true }).optional(),
    /** Name of the Kubernetes Job; a CronJob ends it with the minutes since 1970 at which it was due. */
    JOB_NAME: z.string().min(1).optional(),
    /** Without either of the two, a run is named after the last full interval. */
    DISPATCH_INTERVAL_SECONDS: whole(10, 86_400).default(300),
  }),
  "CLOCK_URL",
  CLOCK_ON_SIMULATOR_ONLY,
);

export type Config = z.infer<typeof envSchema>;

/** @throws {AppError} `bad_environment` naming every variable that is missing or wrong */
export function parseConfig(env: Environment): Config {
  return parseEnvironment(envSchema, env);
}
