import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  addDecimal,
  DECIMAL_ZERO,
  type Decimal,
  decimalFromSubunits,
  formatDecimal,
  parseDecimal,
  type ResourceAddress,
  subDecimal,
} from "@weft/protocol";
import { AppError } from "@weft/runtime";
import { z } from "zod";

/** Amounts of tokens by resource, whole units. */
export type Amounts = ReadonlyMap<ResourceAddress, Decimal>;

/** What is promised to the attempt on one CDP. */
export interface Hold {
  readonly cdpId: string;
  readonly attempt: number;
  /** Of the lease it was reserved under. */
  readonly fence: number;
  /** All that may leave the account, the locked fee included. */
  readonly amounts: Amounts;
  /** The locked fee again: the most that this attempt can add to the spend of an hour. */
  readonly feeXrd: Decimal;
  /** Wall time, milliseconds since 1970. */
  readonly reservedAtMs: number;
}

/** All shards of the treasury, read one after the other. */
export interface TreasuryBooks {
  readonly holds: readonly Hold[];
  /** All that settled attempts have ever taken out of the account; only grows. */
  readonly left: Amounts;
  /** The newest commit that was settled: an older balance does not know of it. 0 before the first. */
  readonly settledVersion: bigint;
  /** Fees paid, XRD, by the hour they were settled in, hours since 1970. */
  readonly feesXrd: ReadonlyMap<number, Decimal>;
}

type Item = Readonly<Record<string, AttributeValue>>;

const HOLD = "hold#";
const LEFT = "left#";
export const FEES = "fees#";
const MS_PER_HOUR = 3_600_000;

/** The hour that fees are counted in, hours since 1970. */
export const hourOf = (wallMs: number) => Math.floor(wallMs / MS_PER_HOUR);
/** When that hour ends, wall milliseconds since 1970. */
export const hourEndsAtMs = (hour: number) => (hour + 1) * MS_PER_HOUR;

export const holdAttribute = (cdpId: string) => `${HOLD}${cdpId.replaceAll("#", "")}`;
export const leftAttribute = (resource: ResourceAddress) => `${LEFT}${resource}`;
export const feesAttribute = (hour: number) => `${FEES}${hour}`;

const whole = z.object({ N: z.string().regex(/^\d+$/) }).transform(({ N }) => Number(N));
const subunits = z
  .object({ N: z.string().regex(/^\d+$/) })
  .transform(({ N }) => decimalFromSubunits(BigInt(N)));
const version = z.object({ N: z.string().regex(/^\d+$/) }).transform(({ N }) => BigInt(N));
const decimal = z.string().transform(parseDecimal);
const promise = z.object({
  amounts: z.record(z.string(), decimal).transform((amounts) => new Map(Object.entries(amounts))),
  feeXrd: decimal,
});
const hold = z
  .object({
    M: z.object({
      attempt: whole,
      fence: whole,
      reservedAtMs: whole,
      promise: z
        .object({ S: z.string() })
        .transform(({ S }) => JSON.parse(S))
        .pipe(promise),
    }),
  })
  .transform(({ M: { promise, ...rest } }) => ({ ...rest, ...promise }));

/**
 * A hold as DynamoDB takes it: what conditions speak of as attributes, and the rest as one text, since each reservation
 * reads every hold there is.
 */
export function toHoldItem({ attempt, fence, amounts, feeXrd, reservedAtMs }: Hold) {
  const stored = {
    amounts: Object.fromEntries([...amounts].map(([key, amount]) => [key, formatDecimal(amount)])),
    feeXrd: formatDecimal(feeXrd),
  };
  return {
    M: {
      attempt: { N: String(attempt) },
      fence: { N: String(fence) },
      reservedAtMs: { N: String(reservedAtMs) },
      promise: { S: JSON.stringify(stored) },
    },
  };
}

/** A hold as it was stored, with what that says; for whoever reads the same books again and again. */
interface KnownHold {
  readonly stored: string;
  readonly hold: Hold;
}

/**
 * Reads books that change little from one time to the next: a hold that is stored as it was the last time is taken from there,
 * since in a burst hundreds are held and each reservation reads them all.
 */
export function createBooksReader(): (items: readonly Item[]) => TreasuryBooks {
  let known: ReadonlyMap<string, KnownHold> = new Map();
  return (items) => {
    const met = new Map<string, KnownHold>();
    const books = parseBooks(items, (name, value, read) => {
      const stored = asStored(value);
      const last = known.get(name);
      const hold = last !== undefined && last.stored === stored ? last.hold : read();
      met.set(name, { stored, hold });
      return hold;
    });
    known = met;
    return books;
  };
}

/** All that a hold is read from, or nothing that any hold is stored as. */
function asStored({ M }: AttributeValue): string {
  return `${M?.attempt?.N} ${M?.fence?.N} ${M?.reservedAtMs?.N} ${M?.promise?.S}`;
}

type ReadHold = (name: string, value: AttributeValue, read: () => Hold) => Hold;

/**
 * The items of the shards as one set of books.
 *
 * @param take how to come by a hold: `read` reads it
 * @throws {AppError} `treasury_unreadable` (retry): no fault of whoever asks, and nothing is promised on half of the books
 */
export function parseBooks(
  items: readonly Item[],
  take: ReadHold = (_name, _value, read) => read(),
): TreasuryBooks {
  const holds: Hold[] = [];
  const left = new Map<ResourceAddress, Decimal>();
  const feesXrd = new Map<number, Decimal>();
  let settledVersion = 0n;
  for (const item of items) {
    for (const [name, value] of Object.entries(item)) {
      const at = `${item.pk?.S} ${name}`;
      if (name.startsWith(HOLD)) {
        const cdpId = `#${name.slice(HOLD.length)}#`;
        holds.push(take(name, value, () => ({ cdpId, ...parsed(at, hold, value) })));
      } else if (name.startsWith(LEFT)) {
        add(left, name.slice(LEFT.length), parsed(at, subunits, value));
      } else if (name.startsWith(FEES)) {
        add(feesXrd, Number(name.slice(FEES.length)), parsed(at, subunits, value));
      } else if (name === "settledVersion") {
        const settled = parsed(at, version, value);
        if (settled > settledVersion) settledVersion = settled;
      }
    }
  }
  return { holds, left, settledVersion, feesXrd };
}

function parsed<T>(at: string, schema: z.ZodType<T>, value: unknown): T {
  try {
    return schema.parse(value);
  } catch (cause) {
    const message = `${at} of the state table cannot be read: repair or remove it`;
    throw new AppError("treasury_unreadable", message, { disposition: "retry", cause });
  }
}

function add<K>(sums: Map<K, Decimal>, key: K, amount: Decimal): void {
  sums.set(key, addDecimal(sums.get(key) ?? DECIMAL_ZERO, amount));
}

interface Promised {
  readonly amounts: Amounts;
  readonly feesXrd: Decimal;
}

/** What books promise in all: they are read once, and asked by all who plan and reserve within a moment. */
const promised = new WeakMap<readonly Hold[], Promised>();

function promisedBy({ holds }: TreasuryBooks): Promised {
  const known = promised.get(holds);
  if (known !== undefined) return known;
  const amounts = new Map<ResourceAddress, Decimal>();
  let feesXrd = DECIMAL_ZERO;
  for (const hold of holds) {
    for (const [resource, amount] of hold.amounts) add(amounts, resource, amount);
    feesXrd = addDecimal(feesXrd, hold.feeXrd);
  }
  const sums = { amounts, feesXrd };
  promised.set(holds, sums);
  return sums;
}

/** What is promised of each resource. */
export function heldAmounts(books: TreasuryBooks): Amounts {
  return promisedBy(books).amounts;
}

/** What the fees of an hour come to at most: those paid in it, and those of everything that is under way. XRD. */
export function hourlyFees(
  books: TreasuryBooks,
  hour: number,
): { readonly paidXrd: Decimal; readonly heldXrd: Decimal } {
  const paidXrd = books.feesXrd.get(hour) ?? DECIMAL_ZERO;
  return { paidXrd, heldXrd: promisedBy(books).feesXrd };
}

/** What of a balance is promised to nobody, or only to the CDP that asks: that promise would be made anew. */
export function freeAmounts(balances: Amounts, books: TreasuryBooks, cdpId: string): Amounts {
  const held = heldAmounts(books);
  const own = books.holds.find((hold) => hold.cdpId === cdpId)?.amounts;
  return new Map(
    [...balances].map(([resource, balance]) => {
      const others = subDecimal(
        held.get(resource) ?? DECIMAL_ZERO,
        own?.get(resource) ?? DECIMAL_ZERO,
      );
      const free = subDecimal(balance, others);
      return [resource, free > 0n ? free : DECIMAL_ZERO];
    }),
  );
}
