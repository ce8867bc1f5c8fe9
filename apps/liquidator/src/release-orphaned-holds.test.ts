import { parseDecimal } from "@weft/protocol";
import { createLogger } from "@weft/runtime";
import type { AttemptRecord, Hold, LeaseAnswer, UnfinalAttempt } from "@weft/store";
import { expect, it } from "vitest";
import { releaseOrphanedHolds } from "./release-orphaned-holds.ts";

const signal = new AbortController().signal;
const NOW = Date.parse("2026-11-20T22:10:00Z");

const hold = (cdpId: string, ageMs: number): Hold => ({
  ...{ cdpId, attempt: 4, fence: 2 },
  amounts: new Map(),
  feeXrd: parseDecimal("10"),
  reservedAtMs: NOW - ageMs,
});

const taken = (unfinal: UnfinalAttempt | null): LeaseAnswer => ({
  kind: "acquired",
  fence: 3,
  record: { nextAttempt: 4, unfinal, lastFinal: null } as unknown as AttemptRecord,
});
const held: LeaseAnswer = { kind: "held", owner: "somebody", untilMs: NOW + 1 };
const signed = { attempt: 4 } as UnfinalAttempt;

async function round(holds: readonly Hold[], leases: Record<string, LeaseAnswer | Error>) {
  const events: string[] = [];
  await releaseOrphanedHolds(
    {
      reservations: {
        read: () =>
          Promise.resolve({ holds, left: new Map(), settledVersion: 0n, feesXrd: new Map() }),
        release: ({ cdpId, attempt, fence }) => {
          events.push(`release hold of ${cdpId}, attempt ${attempt}, lease ${fence}`);
          return Promise.resolve(true);
        },
        forgetOldHours: () => {
          events.push("forget old hours");
          return Promise.resolve();
        },
      },
      acquireLease: (cdpId) => {
        events.push(`lease ${cdpId}`);
        const answer = leases[cdpId] ?? held;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      releaseLease: ({ cdpId, fence }) => {
        events.push(`let go ${cdpId}, lease ${fence}`);
        return Promise.resolve();
      },
      wallMs: () => NOW,
      log: createLogger({ app: "liquidator", version: "0", level: "silent" }),
    },
    signal,
  );
  return events;
}

it("lets go what was reserved and never signed, under a lease of its own", async () => {
  expect(await round([hold("#7#", 30_000)], { "#7#": taken(null) })).toEqual([
    ...["lease #7#", "release hold of #7#, attempt 4, lease 2", "let go #7#, lease 3"],
    "forget old hours",
  ]);
});

it("keeps what a signed transaction may still take, whoever looks after it", async () => {
  expect(await round([hold("#7#", 3_600_000)], { "#7#": taken(signed) })).toEqual([
    ...["lease #7#", "let go #7#, lease 3", "forget old hours"],
  ]);
});

it("leaves alone what somebody works on, and what is young", async () => {
  const holds = [hold("#7#", 3_600_000), hold("#8#", 29_999)];
  expect(await round(holds, { "#7#": held, "#8#": taken(null) })).toEqual([
    ...["lease #7#", "forget old hours"],
  ]);
});

it("a position whose item cannot be read keeps nobody else's hold", async () => {
  const holds = [hold("#7#", 30_000), hold("#8#", 30_000)];
  const unreadable = new Error("CDP#7: fence: missing");
  expect(await round(holds, { "#7#": unreadable, "#8#": taken(null) })).toEqual([
    ...["lease #7#", "lease #8#", "release hold of #8#, attempt 4, lease 2"],
    ...["let go #8#, lease 3", "forget old hours"],
  ]);
});
