import { parseArgs } from "node:util";
import { ENDINGS, type Ending } from "@weft/messages";

/** What the operator asks for. CDP ids are as the ledger writes them, `#12#`. */
export type Command =
  | { readonly name: "explain"; readonly cdpId: string; readonly sinceMs: number }
  | { readonly name: "attempts"; readonly cdpId: string; readonly sinceMs: number }
  | { readonly name: "outcomes"; readonly ending: Ending | null; readonly sinceMs: number }
  | { readonly name: "quarantine-list" }
  | { readonly name: "quarantine-release"; readonly cdpId: string }
  | { readonly name: "pause"; readonly reason: string }
  | { readonly name: "resume" }
  | { readonly name: "reservations" }
  | { readonly name: "prices-list" }
  | { readonly name: "prices-accept"; readonly resource: string }
  | RehearseCommand;

export interface RehearseCommand {
  readonly name: "rehearse";
  /** So many CDPs at the most. */
  readonly limit: number | null;
}

export interface CommandLine {
  readonly command: Command;
  /** Of AWS; null for what the variables of the shell point to. */
  readonly environment: string | null;
  readonly json: boolean;
}

/** The command line cannot be understood; the message says why and what to write instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const USAGE = `npm run operator -- <command> [options]

  explain <cdp>               health now, and why it was or was not liquidated
  attempts <cdp>              the attempt under way, the last one, and the outcomes of those before
  outcomes                    how attempts ended
  quarantine list             CDPs that are left alone, why and until when
  quarantine release <cdp>    ends a quarantine now
  pause --reason TEXT         no liquidator receives or signs; what is signed is still followed to its end
  resume                      ends a pause
  prices list                 what the price guard believes of each asset, and what it does not
  prices accept <resource>    vouches for the price that is suspect now
  reservations                what of the account is promised, and what this hour has cost
  rehearse                    plans and previews a liquidation of every CDP as if it were under water; signs nothing

  --environment NAME          stokenet or mainnet, with AWS credentials of the shell; without it, the variables of a
                              program say where everything is: . <run folder>/env.liquidator.sh of npm start -- --keep
  --since TIME                how far back outcomes are looked for: 30m, 24h, 7d (24h)
  --ending NAME               of outcomes: only those that ended so
  --limit N                   of rehearse: so many of the CDPs that owe something, the oldest first
  --json                      for machines: one JSON value
`;

const MS_BY_UNIT = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DEFAULT_SINCE = "24h";
/** Outcomes are looked for hour by hour: more is a query for Athena. */
const MOST_SINCE_MS = 31 * MS_BY_UNIT.d;

/** @throws {UsageError} */
export function parseCommandLine(args: readonly string[]): CommandLine | "help" {
  const { values, positionals } = readArgs(args);
  if (values.help === true || positionals[0] === "help") return "help";
  return {
    command: toCommand(positionals, values),
    environment: values.environment ?? null,
    json: values.json === true,
  };
}

type Values = ReturnType<typeof readArgs>["values"];

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        environment: { type: "string" },
        since: { type: "string" },
        ending: { type: "string" },
        reason: { type: "string" },
        limit: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split(". ")[0] ?? "");
  }
}

function toCommand(words: readonly string[], values: Values): Command {
  const [first, second, ...rest] = words;
  const sinceMs = parseSince(values.since ?? DEFAULT_SINCE);
  if (rest.length > 1 || (rest.length === 1 && first !== "quarantine" && first !== "prices")) {
    throw new UsageError(`"${rest.at(-1)}" is one word too many`);
  }
  switch (first) {
    case "explain":
    case "attempts":
      return { name: first, cdpId: parseCdpId(second), sinceMs };
    case "outcomes":
      return { name: first, ending: parseEnding(values.ending), sinceMs };
    case "quarantine":
      if (second === "list") return { name: "quarantine-list" };
      if (second === "release") return { name: "quarantine-release", cdpId: parseCdpId(rest[0]) };
      throw new UsageError("quarantine needs list or release <cdp>");
    case "prices":
      if (second === "list") return { name: "prices-list" };
      if (second === "accept") return { name: "prices-accept", resource: parseResource(rest[0]) };
      throw new UsageError("prices needs list or accept <resource>");
    case "pause":
      if (values.reason !== undefined && values.reason.trim() !== "") {
        return { name: first, reason: values.reason.trim() };
      }
      throw new UsageError("pause needs --reason: whoever finds it paused should know why");
    case "resume":
    case "reservations":
      return { name: first };
    case "rehearse":
      return { name: first, limit: parseLimit(values.limit) };
    case undefined:
      throw new UsageError("no command");
    default:
      throw new UsageError(`there is no command ${first}`);
  }
}

/** `12`, or `#12#` where the shell lets it through. */
function parseCdpId(text: string | undefined): string {
  const digits = /^#?(0|[1-9]\d{0,19})#?$/.exec(text ?? "")?.[1];
  if (digits !== undefined) return `#${digits}#`;
  throw new UsageError(text === undefined ? "name a CDP: 12" : `${text} is no CDP: write 12`);
}

function parseResource(text: string | undefined): string {
  if (text !== undefined && /^resource_[a-z0-9_]+$/.test(text)) return text;
  throw new UsageError("name the asset by its address: resource_rdx1…");
}

function parseEnding(text: string | undefined): Ending | null {
  if (text === undefined) return null;
  const ending = ENDINGS.find((one) => one === text);
  if (ending !== undefined) return ending;
  throw new UsageError(`--ending must be one of ${ENDINGS.join(", ")}, not ${text}`);
}

function parseLimit(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new UsageError(`--limit must be a number of CDPs such as 20, not ${text}`);
}

function parseSince(text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const sinceMs = Number(amount) * (MS_BY_UNIT[unit as keyof typeof MS_BY_UNIT] ?? 0);
  if (sinceMs > 0 && sinceMs <= MOST_SINCE_MS) return sinceMs;
  throw new UsageError(`--since must be a time such as 30m, 24h or 7d, at most 31d, not ${text}`);
}
