import { z } from "zod";

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const schema = z.object({
  SIMULATOR_HOST: z.string().min(1).default("127.0.0.1"),
  /** 0 takes a free port, which is told on stdout. */
  SIMULATOR_PORT: whole(0, 65_535).default(0),
  /** CDPs ever minted. */
  SIMULATOR_CDPS: whole(1, 1_000_000).default(1_138),
  /** Draws the book, and decides which requests meet a fault. */
  SIMULATOR_SEED: whole(0, 4_294_967_295).default(1),
  /** From submission to commit. */
  SIMULATOR_COMMIT_DELAY_MS: whole(0, 3_600_000).default(300),
  /** Added to every request. */
  SIMULATOR_LATENCY_MS: whole(0, 60_000).default(0),
});

export interface SimulatorConfig {
  readonly host: string;
  readonly port: number;
  readonly cdps: number;
  readonly seed: number;
  readonly commitDelayMs: number;
  readonly latencyMs: number;
}

export type ParsedConfig =
  | { readonly ok: true; readonly config: SimulatorConfig }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Reads the variables, or names every one that is wrong; one set to the empty string counts as not set. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): ParsedConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    return { ok: false, faults };
  }
  const { data } = parsed;
  const config = {
    host: data.SIMULATOR_HOST,
    port: data.SIMULATOR_PORT,
    cdps: data.SIMULATOR_CDPS,
    seed: data.SIMULATOR_SEED,
    commitDelayMs: data.SIMULATOR_COMMIT_DELAY_MS,
    latencyMs: data.SIMULATOR_LATENCY_MS,
  };
  return { ok: true, config };
}
