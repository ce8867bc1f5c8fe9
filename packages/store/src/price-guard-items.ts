import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  ACCEPTANCE_BASES,
  formatDecimal,
  type Price,
  type PriceAnchor,
  type PriceGuardState,
  parseDecimal,
  SUSPECT_REASONS,
} from "@weft/protocol";
import { AppError } from "@weft/runtime";
import { z } from "zod";
import { parseStored } from "./parse-stored.ts";
import type { StateKey } from "./state-table.ts";

/** The item of one asset. */
export const priceGuardKey = (resource: string): StateKey => ({
  pk: `PRICE#${resource}`,
  sk: "GUARD",
});

/** An asset's state as it is stored, and how often it was written: 0 when it never was. */
export interface StoredPriceGuard {
  readonly state: PriceGuardState;
  readonly version: number;
}

/** An item that makes no sense, or is of a later version: its asset has no memory that could be trusted. */
export interface UnreadablePriceGuard {
  readonly unreadable: AppError;
}

type Item = Record<string, AttributeValue>;

const text = z.string();
const seconds = z
  .string()
  .regex(/^\d{1,19}$/, "seconds as text")
  .transform(BigInt);
const decimal = text.transform((value, context) => {
  try {
    return parseDecimal(value);
  } catch (error) {
    context.addIssue((error as Error).message);
    return z.NEVER;
  }
});

const observation = z.object({ price: decimal, timestampSeconds: seconds, transactionHash: text });
const point = z.object({ price: decimal, sinceSeconds: seconds });
const anchor = z.object({ older: point, newer: point });
const stateSchema = z.object({
  accepted: z
    .object({ observation, basis: z.enum(ACCEPTANCE_BASES), hour: anchor, day: anchor })
    .nullable(),
  suspect: z
    .object({ observation, reason: z.enum(SUSPECT_REASONS), walked: z.boolean() })
    .nullable(),
});
const itemSchema = z.object({
  version: z.object({ N: z.string().regex(/^\d{1,15}$/, "a whole number") }),
  state: z.object({ S: text }),
});

/** The attributes of a state, its key apart. One attribute holds it all: it is only ever written whole. */
export function toGuardAttributes({ accepted, suspect }: PriceGuardState): Item {
  const state = {
    accepted: accepted && {
      observation: plainObservation(accepted.observation),
      basis: accepted.basis,
      hour: plainAnchor(accepted.hour),
      day: plainAnchor(accepted.day),
    },
    suspect: suspect && { ...suspect, observation: plainObservation(suspect.observation) },
  };
  return { ":state": { S: JSON.stringify(state) } };
}

/** An item, and whose it is. */
export function parseGuardItem(item: Item): {
  readonly resource: string;
  readonly stored: StoredPriceGuard | UnreadablePriceGuard;
} {
  const resource = (item.pk?.S ?? "").replace(/^PRICE#/, "");
  const key = `price guard of ${resource}`;
  try {
    const { version, state } = parseStored(key, itemSchema, item);
    const parsed = parseStored(key, stateSchema, jsonOf(state.S));
    return { resource, stored: { version: Number(version.N), state: parsed } };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { resource, stored: { unreadable: error } };
  }
}

/** Undefined when it is no JSON: the schema refuses that like anything else. */
function jsonOf(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

const plainObservation = ({ price, timestampSeconds, transactionHash }: Price) => ({
  price: formatDecimal(price),
  timestampSeconds: String(timestampSeconds),
  transactionHash,
});

const plainAnchor = ({ older, newer }: PriceAnchor) => ({
  older: { price: formatDecimal(older.price), sinceSeconds: String(older.sinceSeconds) },
  newer: { price: formatDecimal(newer.price), sinceSeconds: String(newer.sinceSeconds) },
});
