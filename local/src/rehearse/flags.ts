import { parseArgs } from "node:util";

/** How `npm run rehearse` was called. */
export type RehearseFlags =
  | { readonly kind: "help" }
  | { readonly kind: "fault"; readonly message: string }
  | {
      readonly kind: "run";
      /** Of the simulated book; null where a real Gateway is asked. */
      readonly simulated: { readonly cdps: number; readonly seed: number } | null;
      /** For the operator's command line. */
      readonly operatorArgs: readonly string[];
    };

export const USAGE = `npm run rehearse -- [options]

Plans and previews a liquidation of every CDP as if it were under water, and says who could not be liquidated, why, and what
the account lacks. Signs nothing. Without options it runs on a ledger of its own and ends by itself.

  --cdps N             size of the simulated book (1138)
  --seed N             draws the book (1)
  --limit N            so many of the CDPs that owe something, the oldest first
  --environment NAME   stokenet or mainnet: asks the public Gateway, without any key
  --json               for machines: one JSON value
  --help               this page

With NETWORK set, the variables of the shell say whom to ask: . <run folder>/env.liquidator.sh of npm start -- --keep
`;

const DEFAULT_CDPS = 1_138;
const DEFAULT_SEED = 1;

/** Reads the command line. @param isAddressed whether the shell's variables say whom to ask */
export function parseFlags(args: readonly string[], isAddressed: boolean): RehearseFlags {
  let values: ReturnType<typeof readValues>;
  try {
    values = readValues(args);
  } catch (error) {
    return fault((error as Error).message.split(". ")[0] ?? "");
  }
  if (values.help === true) return { kind: "help" };
  const { cdps, seed, limit, environment, json } = values;
  const isReal = environment !== undefined || isAddressed;
  if (isReal && (cdps !== undefined || seed !== undefined)) {
    return fault("--cdps and --seed are of the simulated book: --limit bounds a real one");
  }
  const drawn = { cdps: whole(cdps, DEFAULT_CDPS), seed: whole(seed, DEFAULT_SEED) };
  if (!(drawn.cdps >= 1 && drawn.cdps <= 1_000_000)) {
    return fault("--cdps must be a whole number from 1 to 1000000");
  }
  if (!(drawn.seed <= 4_294_967_295)) {
    return fault("--seed must be a whole number from 0 to 4294967295");
  }
  return {
    kind: "run",
    simulated: isReal ? null : drawn,
    operatorArgs: [
      "rehearse",
      ...(limit === undefined ? [] : ["--limit", limit]),
      ...(environment === undefined ? [] : ["--environment", environment]),
      ...(json === true ? ["--json"] : []),
    ],
  };
}

function readValues(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      cdps: { type: "string" },
      seed: { type: "string" },
      limit: { type: "string" },
      environment: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  }).values;
}

/** Not a number where it is not written as one. */
function whole(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  return /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
}

function fault(message: string): RehearseFlags {
  return { kind: "fault", message };
}
