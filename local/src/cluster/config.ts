import { type Environment, parseEnvironment, shellVariables } from "@weft/runtime";
import { z } from "zod";
import { parseConfig as parseSimulator, type SimulatorConfig } from "../simulator/config.ts";

const port = z.coerce.number().int().min(0).max(65_535);

/** The variables of the cluster's process beside the simulator's own, `SIMULATOR_*`. */
const variables = z.object({
  ...shellVariables,
  LOCAL_AWS_HOST: z.string().min(1).default("0.0.0.0"),
  /** 0 takes a free port, as for the others. */
  LOCAL_AWS_SQS_S3_PORT: port.default(4_566),
  LOCAL_AWS_DYNAMODB_PORT: port.default(8_000),
  /** The host name by which pods reach SQS: the URLs of its queues carry it. */
  LOCAL_AWS_PUBLIC_NAME: z.string().regex(/^[a-z0-9.-]+$/, "a host name"),
  /** Given enough of every asset to liquidate the whole book. */
  FUNDED_ACCOUNT: z.string().regex(/^account_sim1[a-z0-9]+$/, "an account of the simulator"),
  /** Snapshots older than this are forgotten: every object is held in memory. */
  SNAPSHOT_RETENTION_MINUTES: z.coerce.number().int().min(1).max(1_440).default(60),
});

export interface ClusterConfig extends z.infer<typeof variables> {
  readonly simulator: SimulatorConfig;
}

/** @throws {Error} naming every variable that is missing or wrong */
export function parseConfig(env: Environment): ClusterConfig {
  const simulator = parseSimulator(env);
  const faults = simulator.ok ? [] : simulator.faults.map((fault) => `  ${fault}`);
  const own = attempt(() => parseEnvironment(variables, env));
  if (simulator.ok && own.ok) return { ...own.value, simulator: simulator.config };
  const head = own.ok ? "bad environment:" : own.message;
  throw new Error([head, ...faults].join("\n"));
}

function attempt<T>(parse: () => T) {
  try {
    return { ok: true, value: parse() } as const;
  } catch (error) {
    return { ok: false, message: (error as Error).message } as const;
  }
}
