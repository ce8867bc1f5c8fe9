import { ENDINGS } from "@weft/messages";
import { z } from "zod";

const count = z.number().int().min(0);
const coverage = z.strictObject({ expected: count, scanned: count, skipped: count, failed: count });
const endings = z.strictObject(Object.fromEntries(ENDINGS.map((ending) => [ending, count])));
const percentiles = z.strictObject({ p50: count, p95: count, p99: count });

/** What scripts read out of `--report` after a run that liquidated something: fields may be added, none may go. */
export const reportSchema = z.object({
  version: z.literal(1),
  ok: z.boolean(),
  violations: z.array(z.string()),
  network: z.literal("simulator"),
  dryRun: z.literal(false),
  seed: count,
  cdps: count,
  coverage,
  rounds: z
    .array(
      z.object({
        round: count,
        runId: z.string().regex(/^\d{8}T\d{6}Z$/),
        stateVersion: z.string().regex(/^\d+$/),
        coverage,
        candidates: count,
        endings,
        prices: z.object({
          accepted: z.record(z.string(), count),
          suspect: z.record(z.string(), count),
        }),
        unverified: count,
        wallMs: count,
      }),
    )
    .min(1),
  candidates: count,
  endings,
  funding: z.object({ inventory: count, flash_redeem: count, flash_swap: count, nft: count }),
  commits: count,
  doubleCommits: count,
  missed: count,
  wronglyTouched: count,
  overLine: z.object({
    badDebt: count,
    unprofitable: count,
    held: count,
    exempt: count,
    missed: count,
  }),
  gatewayRequests: z.object({ reads: count, previews: count, transactions: count }),
  latencyMs: z.object({ queuedToSubmitted: percentiles, submittedToCommitted: percentiles }),
  profitXrd: z.string().regex(/^-?\d+(\.\d+)?$/),
  restarts: z.record(z.string(), count),
  liquidationsDigest: z.string().regex(/^[0-9a-f]{64}$/),
  wallMs: count,
});

export type Report = z.infer<typeof reportSchema>;
