import { z } from "zod";
import { decodeBech32m } from "../gateway/address.ts";
import type { SimulatedLedger } from "../ledger/types.ts";

/** More than this in one step is a slip of the hand: ten years. */
const MAX_ADVANCE_SECONDS = 315_360_000;

const decimal = z.string().regex(/^\d{1,30}(\.\d{1,18})?$/, "must be a decimal in a string");
const positive = decimal.refine((text) => /[1-9]/.test(text), "must be greater than 0");
const byName = z
  .record(z.string(), positive)
  .refine((amounts) => Object.keys(amounts).length > 0, "must not be empty");

export const advanceRequest = z.strictObject({
  seconds: z.number().int().min(1).max(MAX_ADVANCE_SECONDS),
});

export const pricesRequest = z
  .strictObject({
    set: z
      .record(z.string(), decimal)
      .refine((prices) => Object.keys(prices).length > 0, "must not be empty")
      .optional(),
    /** What the price cache has no more. */
    remove: z.array(z.string()).min(1).max(100).optional(),
    crash: decimal
      .refine((text) => Number(text) > 0 && Number(text) < 1, "must lie between 0 and 1")
      .optional(),
  })
  .refine((request) => Object.values(request).some((value) => value !== undefined), {
    path: ["set"],
    error: "set, remove or crash must be given",
  });

/** What is named is set, the rest stays; null forgets an asset. */
export const referenceRequest = z.strictObject({
  set: z.record(z.string(), positive.nullable()).optional(),
  /** Takes all prices from the ledger as they are now, before `set`. */
  copy: z.literal(true).optional(),
  /** How long ago the source says it looked, simulated seconds. */
  ageSeconds: z.number().int().min(0).max(1_000_000).optional(),
  /** Whether it answers at all. */
  available: z.boolean().optional(),
});

export const fundRequest = z.strictObject({
  account: z
    .string()
    .refine((text) => decodeBech32m(text)?.prefix === "account_sim", "must be an account address"),
  amounts: byName,
});

/** All that are named are off, all others on. */
export const servicesRequest = z.strictObject({
  off: z.array(z.string().min(1)).max(1_000),
});

/** The input names something wrong. */
export class UnusableInputError extends Error {
  override readonly name = "UnusableInputError";
  readonly fields: readonly FieldFault[];

  constructor(fields: readonly FieldFault[]) {
    super(fields.map(({ field, message }) => `${field}: ${message}`).join("; "));
    this.fields = fields;
  }
}

export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** @throws {UnusableInputError} naming every field that is wrong */
export function parseControl<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(jsonOf(body));
  if (parsed.success) return parsed.data;
  throw new UnusableInputError(parsed.error.issues.flatMap(faultsOf));
}

function faultsOf(issue: z.core.$ZodIssue): FieldFault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      field: [...issue.path, key].join("."),
      message: "is not a field of this request",
    }));
  }
  return [{ field: issue.path.join(".") || "(body)", message: issue.message }];
}

function jsonOf(body: unknown): unknown {
  if (typeof body !== "string" || body === "") return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new UnusableInputError([{ field: "(body)", message: "is not JSON" }]);
  }
}

export interface ResourceNames {
  /** Turns symbols into addresses; a deposit unit goes by its address alone. */
  resolveAll<V>(field: string, amounts: Readonly<Record<string, V>>): Record<string, V>;
  /** Refuses amounts with more places than the resource has. */
  refuseTooFine(field: string, amounts: Readonly<Record<string, string>>): void;
}

export function createNames(ledger: SimulatedLedger): ResourceNames {
  const symbols = new Map([
    ["XRD", ledger.addresses.xrd],
    ...Object.entries(ledger.addresses.resources),
  ]);
  const resolve = (name: string): string | undefined =>
    symbols.get(name) ?? (isFungible(ledger, name) ? name : undefined);
  return {
    resolveAll: (field, amounts) => {
      const names = Object.keys(amounts);
      refuse(
        field,
        names.filter((name) => resolve(name) === undefined),
        "is no known resource",
      );
      return Object.fromEntries(
        Object.entries(amounts).map(([name, amount]) => [resolve(name) ?? name, amount]),
      );
    },
    refuseTooFine: (field, amounts) => {
      const tooFine = Object.entries(amounts).filter(([resource, amount]) => {
        const places = amount.split(".")[1]?.length ?? 0;
        return places > (ledger.fungibleDivisibility(resource) ?? 0);
      });
      refuse(
        field,
        tooFine.map(([resource]) => resource),
        "has more places than the resource",
      );
    },
  };
}

function isFungible(ledger: SimulatedLedger, name: string): boolean {
  return name.startsWith("resource_") && ledger.fungibleDivisibility(name) !== undefined;
}

function refuse(field: string, names: readonly string[], message: string): void {
  if (names.length === 0) return;
  throw new UnusableInputError(names.map((name) => ({ field: `${field}.${name}`, message })));
}
