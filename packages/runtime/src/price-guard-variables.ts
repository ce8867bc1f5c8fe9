import { z } from "zod";

const fraction = z
  .string()
  .regex(/^(0|[1-9]\d{0,3})(\.\d{1,18})?$/, "a fraction such as 0.2")
  .refine((text) => /[1-9]/.test(text), "must be above 0");
const seconds = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** What the programs with a price guard are told about it. Why these numbers: docs/price-guard.md. */
export const priceGuardVariables = {
  PRICE_BAND: fraction.default("0.2"),
  /** Beyond so many times the last accepted price, or below that part of it, no second observation is believed. */
  PRICE_EXTREME_FACTOR: fraction
    .refine((text) => Number(text) >= 2, "must be at least 2")
    .default("10"),
  PRICE_HOUR_BAND: fraction.default("0.35"),
  PRICE_DAY_BAND: fraction.default("0.5"),
  PRICE_AGREEMENT: fraction.default("0.05"),
  /** From this age on a price says nothing; the market's own limit holds besides. */
  PRICE_MAX_AGE_SECONDS: seconds(60, 86_400).default(14_400),
  /** A source of prices that has nothing to do with the ledger's feed. */
  REFERENCE_PRICES_URL: z.url({ protocol: /^https?$/ }).optional(),
  REFERENCE_TOLERANCE: fraction.default("0.01"),
  REFERENCE_MAX_AGE_SECONDS: seconds(5, 3_600).default(300),
};

/** Of every program with a price guard. */
export const AGREEMENT_BELOW_BAND = {
  holds: ({ PRICE_AGREEMENT, PRICE_BAND }: { PRICE_AGREEMENT?: string; PRICE_BAND?: string }) =>
    PRICE_AGREEMENT === undefined ||
    PRICE_BAND === undefined ||
    Number(PRICE_AGREEMENT) < Number(PRICE_BAND),
  message: "is not below PRICE_BAND: prices that walk away would agree with each other",
};

/** Those variables, read. */
export type PriceGuardConfig = z.output<z.ZodObject<typeof priceGuardVariables>>;
