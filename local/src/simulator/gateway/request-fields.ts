import { z } from "zod";
import { decodeBech32m } from "./address.ts";
import { invalidFields } from "./gateway-error.ts";
import type { LedgerStateSelector } from "./replica.ts";

const NETWORK_SUFFIX = "_sim";
/** Pages are cut at this size whatever the caller asks for. */
const MAX_PAGE_SIZE = 100;

/** An address of this network with a right checksum. */
export const radixAddress = z
  .string()
  .refine((text) => decodeBech32m(text)?.prefix.endsWith(NETWORK_SUFFIX) === true, {
    error: "is not a valid Radix address of this network",
  });

export const intentHash = z.string().refine((text) => decodeBech32m(text)?.prefix === "txid_sim", {
  error: "is not a transaction intent hash of this network",
});

const absent = (value: unknown): boolean => value === undefined || value === null;
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (absent(value) ? undefined : value), schema.optional());

export const optionalFlag = optional(z.boolean());

const selectorFields = z.object({
  state_version: optional(z.number().int().positive()),
  timestamp: optional(z.iso.datetime({ offset: true })),
  epoch: optional(z.number().int().positive()),
  round: optional(z.number().int().positive()),
});

const SELECTOR_RULE =
  "The property was not either (A) missing; (B) with only a State Version; (C) with only a Timestamp; (D) with only an Epoch; or (E) with only an Epoch and Round";

/** `at_ledger_state`; one that names nothing is refused, like one that names two points. */
export const atLedgerState = optional(
  selectorFields
    .refine(
      (at) =>
        [at.state_version, at.timestamp, at.epoch].filter((given) => given !== undefined).length ===
          1 &&
        (at.round === undefined || at.epoch !== undefined),
      { error: SELECTOR_RULE },
    )
    .transform(
      (at): LedgerStateSelector => ({
        ...(at.state_version !== undefined && { stateVersion: at.state_version }),
        ...(at.timestamp !== undefined && { timestampMs: Date.parse(at.timestamp) }),
        ...(at.epoch !== undefined && { epoch: at.epoch }),
        ...(at.round !== undefined && { round: at.round }),
      }),
    ),
);

/** A page size above the greatest is cut, not refused. */
export const pageLimit = optional(z.number().int().positive()).transform((limit) =>
  Math.min(limit ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE),
);

export const cursor = optional(
  z.string().transform((text, context) => {
    const position = positionOf(text);
    if (position !== undefined) return position;
    context.addIssue({ code: "custom", message: "is not a cursor of this endpoint" });
    return z.NEVER;
  }),
);

function positionOf(text: string): number | undefined {
  const parsed = cursorContent.safeParse(Buffer.from(text, "base64").toString("utf8"));
  return parsed.success ? parsed.data.position : undefined;
}

const cursorContent = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "is not JSON" });
      return z.NEVER;
    }
  })
  .pipe(z.object({ position: z.number().int().min(0) }));

/** An opaque cursor for the page that starts at `position`; undefined when there is none. */
export function nextCursor(position: number, total: number): string | undefined {
  if (position >= total) return undefined;
  return Buffer.from(JSON.stringify({ position })).toString("base64");
}

/** A later page makes sense only at the version of the first: the Gateway refuses a cursor without one. */
export function cursorNeedsVersion(
  request: {
    readonly cursor?: number | undefined;
    readonly at_ledger_state?: LedgerStateSelector | undefined;
  },
  context: z.core.$RefinementCtx,
): void {
  if (request.cursor !== undefined && request.at_ledger_state?.stateVersion === undefined) {
    context.addIssue({
      code: "custom",
      path: ["at_ledger_state"],
      message: "AtLedgerState.StateVersion is required if cursor is provided",
    });
  }
}

/** A list of 1 to `max`; a longer one is refused, not cut. */
export const listOf = <T extends z.ZodType>(item: T, max: number) =>
  z.array(item).min(1, "must not be empty").max(max, `must hold at most ${max} items`);

/** @throws {GatewayError} 400 InvalidRequestError with a path and its faults for each wrong field */
export function parseRequest<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const byPath = new Map<string, string[]>();
  for (const issue of parsed.error.issues) {
    const path = issue.path.join(".");
    byPath.set(path, [...(byPath.get(path) ?? []), issue.message]);
  }
  throw invalidFields(Array.from(byPath, ([path, errors]) => ({ path, errors })));
}
