import { z } from "zod";
import { AppError } from "./app-error.ts";
import { LOG_LEVELS } from "./logger.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const httpUrl = z.url({ protocol: /^https?$/ });

/** The shell every app shares: logs and the ops server. */
export const shellVariables = {
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info"),
  OPS_HOST: z.string().min(1).default("0.0.0.0"),
  /** 0 takes a free port, which is logged. */
  OPS_PORT: whole(0, 65_535).default(9_400),
  /** The commit that the image was built of, which sets it. */
  REVISION: z.string().min(1).default("unknown"),
};

/** The ledger and how gently to treat its Gateway. */
export const ledgerVariables = {
  NETWORK: z.enum(["mainnet", "stokenet", "simulator"]),
  /** Base URLs in order of preference, separated by commas. */
  GATEWAY_URLS: z
    .string()
    .transform((text) => text.split(",").map((url) => url.trim().replace(/\/+$/, "")))
    .pipe(z.array(httpUrl).min(1)),
  GATEWAY_MAX_IN_FLIGHT: whole(1, 1_000).default(4),
  GATEWAY_REQUESTS_PER_SECOND: whole(1, 10_000).default(50),
  /** One request, from sending to the last byte of the answer. */
  GATEWAY_TIMEOUT_MS: whole(100, 60_000).default(12_000),
  /** All attempts of a call, and the pauses between. */
  GATEWAY_CALL_BUDGET_MS: whole(1_000, 300_000).default(30_000),
  LENDING_MARKET: z.string().regex(/^component_[a-z0-9_]+$/, "a component address"),
  LENDING_POOL: z.string().regex(/^component_[a-z0-9_]+$/, "a component address"),
  CDP_RESOURCE: z.string().regex(/^resource_[a-z0-9_]+$/, "a resource address"),
  /** An older head is not believed. */
  MAX_HEAD_AGE_SECONDS: whole(5, 3_600).default(120),
  /** Where a simulated ledger tells its time; refused on public networks. */
  CLOCK_URL: httpUrl.optional(),
};

/** AWS by name; the endpoints are set only where it is not AWS that answers. */
export const awsVariables = {
  AWS_REGION: z.string().min(1),
  AWS_ENDPOINT_URL_SQS: httpUrl.optional(),
  AWS_ENDPOINT_URL_S3: httpUrl.optional(),
  AWS_ENDPOINT_URL_DYNAMODB: httpUrl.optional(),
  DATA_BUCKET: z.string().min(3).max(63),
  STATE_TABLE: z.string().min(3).max(255),
};

/** How a worker receives. */
export const receiveVariables = {
  /** How long an empty receive waits. */
  RECEIVE_WAIT_SECONDS: whole(1, 20).default(20),
};

/** SQS: 80 characters of letters, digits, hyphens and underscores, `.fifo` at the end of a FIFO queue's. */
export const queueName = z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, "a queue name");
export const fifoQueueName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,75}\.fifo$/, "a FIFO queue name, ending in .fifo");

/**
 * Reads an app's variables.
 * A variable set to the empty string counts as not set: a chart or a shell often means just that.
 *
 * @throws {AppError} `bad_environment` (park) naming every variable that is missing or wrong, not just the first
 */
export function parseEnvironment<T>(schema: z.ZodType<T>, env: Environment): T {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? "(environment)");
    const missing = issue.code !== "custom" && !(name in given);
    return `  ${name}: ${missing ? "is not set" : issue.message}`;
  });
  throw new AppError("bad_environment", `bad environment:\n${faults.join("\n")}`, {
    disposition: "park",
  });
}

/**
 * A fault over several variables, told together with those of single ones: `holds` sees the variables as far as they
 * could be read, also when others are missing.
 */
export function crossCheck<T extends z.ZodObject>(
  schema: T,
  name: keyof z.output<T> & string,
  { holds, message }: { holds: (env: Partial<z.output<T>>) => boolean; message: string },
): T {
  return schema.refine((env) => holds(env as Partial<z.output<T>>), {
    path: [name],
    message,
    when: () => true,
  });
}

/** Of every program with a ledger: only a simulated ledger keeps a time of its own. */
export const CLOCK_ON_SIMULATOR_ONLY = {
  holds: ({ NETWORK, CLOCK_URL }: { NETWORK?: string; CLOCK_URL?: string | undefined }) =>
    CLOCK_URL === undefined || NETWORK === undefined || NETWORK === "simulator",
  message: "is for the simulator alone; unset it on a public network",
};
