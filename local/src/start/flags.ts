import { parseArgs } from "node:util";

/** What `npm start` was asked to do. */
export interface StartOptions {
  readonly cdps: number;
  readonly seed: number;
  /** Part of their value that XRD and its kin lose after the second round, above 0 and under 1. */
  readonly crash: string;
  readonly indexers: number;
  readonly liquidators: number;
  /** At most so many rounds. */
  readonly maxRounds: number;
  readonly reportFile: string | null;
  readonly keep: boolean;
  readonly network: Network;
  readonly dryRun: boolean;
}

export type Network = "simulator" | PublicNetwork;
type PublicNetwork = "mainnet" | "stokenet";

export type Flags =
  | { readonly kind: "run"; readonly options: StartOptions }
  | { readonly kind: "help" }
  | { readonly kind: "fault"; readonly message: string };

export const USAGE = `npm start -- [flags]

Runs the whole liquidation loop on this machine: a simulated ledger, SQS, S3 and DynamoDB,
and the three programs as their own processes. Ends by itself, with exit code 0 when every
position over the line was liquidated, none under it was touched, and all books add up.

  --cdps N          positions in the simulated book (1138)
  --seed S          draws the book; the same seed gives the same liquidations (1)
  --crash F         part of their value that XRD and its kin lose after round 2 (0.25)
  --indexers N      indexer processes (2)
  --liquidators N   liquidator processes (2)
  --rounds N        rounds at most (10)
  --report FILE     write the result to FILE as JSON
  --keep            stay up after the run and print how to reach everything
  --network NAME    simulator, mainnet or stokenet (simulator)
  --dry-run         sign nothing; the public networks are only ever run like this
  --help            this page
`;

const NETWORKS = ["simulator", "mainnet", "stokenet"] as const;

/** Reads the command line. A wrong flag or value is a `fault` that says which and how to mend it. */
export function parseFlags(args: readonly string[]): Flags {
  let values: ReturnType<typeof readValues>;
  try {
    values = readValues(args);
  } catch (error) {
    return fault(error instanceof Error ? plain(error.message) : String(error));
  }
  if (values.help === true) return { kind: "help" };
  const faults: string[] = [];
  const options = toOptions(values, faults);
  return faults.length > 0 ? fault(faults.join("\n")) : { kind: "run", options };
}

function readValues(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: {
      cdps: { type: "string" },
      seed: { type: "string" },
      crash: { type: "string" },
      indexers: { type: "string" },
      liquidators: { type: "string" },
      rounds: { type: "string" },
      report: { type: "string" },
      network: { type: "string" },
      keep: { type: "boolean" },
      "dry-run": { type: "boolean" },
      help: { type: "boolean" },
    },
  }).values;
}

function toOptions(values: ReturnType<typeof readValues>, faults: string[]): StartOptions {
  const whole = (flag: WholeFlag, fallback: number, min: number, max: number): number => {
    const text = values[flag];
    if (text === undefined) return fallback;
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    faults.push(`--${flag} must be a whole number from ${min} to ${max}, not "${text}"`);
    return fallback;
  };
  const network = parseNetwork(values.network, faults);
  const dryRun = values["dry-run"] === true;
  if (network !== "simulator" && !dryRun) {
    faults.push(`--network ${network} runs only as a rehearsal that signs nothing: add --dry-run`);
  }
  if (values.report === "") faults.push("--report needs the name of a file");
  return {
    cdps: whole("cdps", 1_138, 1, 1_000_000),
    seed: whole("seed", 1, 0, 4_294_967_295),
    crash: parseCrash(values.crash, faults),
    indexers: whole("indexers", 2, 1, 32),
    liquidators: whole("liquidators", 2, 1, 32),
    maxRounds: whole("rounds", 10, 1, 1_000),
    reportFile: values.report ?? null,
    keep: values.keep === true,
    network,
    dryRun,
  };
}

type WholeFlag = "cdps" | "seed" | "indexers" | "liquidators" | "rounds";

function parseNetwork(text: string | undefined, faults: string[]): Network {
  if (text === undefined) return "simulator";
  const network = NETWORKS.find((name) => name === text);
  if (network === undefined) {
    faults.push(`--network must be one of ${NETWORKS.join(", ")}, not "${text}"`);
  }
  return network ?? "simulator";
}

function parseCrash(text: string | undefined, faults: string[]): string {
  if (text === undefined) return "0.25";
  const fits = /^0?\.\d{1,18}$/.test(text) && Number(text) > 0;
  if (!fits)
    faults.push(`--crash must be a fraction above 0 and under 1 such as 0.25, not "${text}"`);
  return fits ? `0.${text.split(".")[1]}` : "0.25";
}

/** Node's own sentences end with advice about positional arguments, which are not accepted here. */
function plain(message: string): string {
  const unknown = /^Unknown option '([^']+)'/.exec(message);
  if (unknown !== null) return `there is no flag ${unknown[1]}`;
  const positional = /^Unexpected argument '([^']+)'/.exec(message);
  if (positional !== null) return `"${positional[1]}" is not a flag, and nothing else is expected`;
  return message.split("\n")[0] ?? message;
}

function fault(message: string): Flags {
  return { kind: "fault", message: `${message}\nRun \`npm start -- --help\` to see every flag.` };
}
