import { z } from "zod";
import type { Faults } from "../gateway/faults.ts";
import type { LedgerBehaviour, SimulatedLedger } from "../ledger/types.ts";

const whole = (max: number) => z.number().int().min(0).max(max).nullable().optional();
const rate = z.number().min(0).max(1).nullable().optional();

const cdpIds = z
  .array(z.string().regex(/^#\d+#$/, "must be a CDP id such as #12#"))
  .max(10_000)
  .nullable()
  .optional();

/** What is named is set, `null` resets it, the rest stays. */
export const faultsRequest = z.strictObject({
  latencyMs: whole(60_000),
  latencyJitterMs: whole(60_000),
  errorRate: rate,
  timeoutRate: rate,
  rateLimitRate: rate,
  retryAfterSeconds: whole(3_600),
  submitLossRate: rate,
  laggingVersions: whole(1_000_000_000),
  intentsForgotten: z.boolean().nullable().optional(),
  maxSyncDelaySeconds: whole(86_400),
  corruptCdpIds: cdpIds,
  unvaluableCdpIds: cdpIds,
  commitDelayMs: whole(3_600_000),
  frozen: z.boolean().nullable().optional(),
  excessPayment: z.enum(["returned", "rejected"]).nullable().optional(),
  seizureOrder: z.enum(["as_requested", "largest_first"]).nullable().optional(),
  interest: z.enum(["written", "pending"]).nullable().optional(),
  dust: z.enum(["allowed", "refused"]).nullable().optional(),
  nftFee: z.enum(["on_top", "included"]).nullable().optional(),
  nftCloseFactor: z.enum(["ignored", "applied"]).nullable().optional(),
  rounding: z.enum(["each_step", "once"]).nullable().optional(),
  line: z.enum(["above", "at"]).nullable().optional(),
  thresholds: z.enum(["as_configured", "lower"]).nullable().optional(),
  emptyRatio: z.enum(["greatest", "fails"]).nullable().optional(),
  refusedCdpIds: cdpIds,
  failingCdpIds: cdpIds,
  dexSpread: z
    .string()
    .regex(/^0(\.\d{1,18})?$/, "must be a decimal in a string, from 0 to under 1")
    .nullable()
    .optional(),
  dexDepthXrd: z
    .string()
    .regex(/^[1-9]\d{0,20}$/, "must be a whole number in a string")
    .nullable()
    .optional(),
  priceFeed: z.enum(["live", "stopped"]).nullable().optional(),
});

type FaultsRequest = z.infer<typeof faultsRequest>;

/** Faults of the network and behaviour of the ledger as one flat object. */
type FaultSettings = Faults & LedgerBehaviour;

export interface FaultControl {
  current(): FaultSettings;
  apply(request: FaultsRequest): void;
}

/** Changes `faults` and the ledger's behaviour in place; what they are now is what a reset goes back to. */
export function createFaultControl(ledger: SimulatedLedger, faults: Faults): FaultControl {
  const current = (): FaultSettings => ({ ...faults, ...ledger.behaviour });
  const atStart = current();
  return {
    current,
    apply: (request) => {
      // What was due before the change happens under the old behaviour.
      ledger.head();
      for (const [name, value] of Object.entries(request)) {
        if (value === undefined) continue;
        const setting = value ?? atStart[name as keyof FaultSettings];
        Object.assign(name in ledger.behaviour ? ledger.behaviour : faults, { [name]: setting });
      }
    },
  };
}
