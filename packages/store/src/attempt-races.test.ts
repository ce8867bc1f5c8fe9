import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AttemptStore } from "./attempt-store.ts";
import { createAttemptStore } from "./create-attempt-store.ts";
import { type StateServer, startStateServer } from "./testing/state-server.ts";

const { signal } = new AbortController();
const LEASE_MS = 100;
let server: StateServer;
let store: AttemptStore;
let cdps = 0;
const nextCdp = () => {
  cdps += 1;
  return `#${cdps}#`;
};

beforeAll(async () => {
  server = await startStateServer();
  store = createAttemptStore(server);
});

afterAll(() => server.close());

type Step =
  | { readonly kind: "wait"; readonly ms: number }
  | {
      readonly kind: "acquire" | "renew" | "release" | "sign" | "submit" | "end" | "end unsigned";
      readonly worker: 0 | 1;
    };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(150) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "acquire",
        "acquire",
        "acquire",
        "sign",
        "sign",
        "sign",
        "renew",
        "release",
        "submit",
        "end",
        "end",
        "end unsigned",
      ),
      worker: fc.constantFrom(0 as const, 1 as const),
    }),
  },
);

/** What a worker last heard of itself, and what the ledger would see of the CDP. */
interface World {
  readonly cdpId: string;
  nowMs: number;
  readonly workers: [Worker, Worker];
  /** The fence that may write, 0 when nobody may; and until when nobody else may take over. */
  writer: number;
  untilMs: number;
  fences: number;
  openIntent: string | undefined;
  attempts: number;
  signatures: number;
}

interface Worker {
  fence: number;
  attempt: number;
}

/** Does the step and says what the store did: "ok" or the code it refused with. */
async function act(
  world: World,
  { kind, worker }: Exclude<Step, { kind: "wait" }>,
  openIntent: string | undefined,
) {
  const { cdpId, nowMs } = world;
  const me = world.workers[worker];
  const { fence, attempt } = me;
  const lease = { cdpId, owner: `worker ${worker}`, nowMs, leaseMs: LEASE_MS };
  const attempted = async () => {
    switch (kind) {
      case "acquire": {
        const answer = await store.acquireLease(lease, signal);
        if (answer.kind === "held") return "held";
        me.fence = answer.fence;
        me.attempt = answer.record.nextAttempt;
        return "ok";
      }
      case "renew":
        return ok(store.renewLease({ cdpId, fence, leaseUntilMs: nowMs + LEASE_MS }, signal));
      case "release":
        return ok(store.releaseLease({ cdpId, fence }, signal));
      case "sign":
        return ok(store.recordSigned({ cdpId, fence, attempt: intent(world, attempt) }, signal));
      case "submit":
        return ok(store.recordSubmitted({ cdpId, fence, submittedAtMs: nowMs }, signal));
      case "end":
      case "end unsigned": {
        const intentHash = kind === "end" ? (openIntent ?? null) : null;
        const final = {
          attempt,
          ending: "stale",
          observedStateVersion: 1n,
          endedAtMs: nowMs,
        } as const;
        return ok(store.recordFinal({ cdpId, fence, intentHash, ...final }, signal));
      }
    }
  };
  const result = await attempted();
  if (kind.startsWith("end") && result === "ok") me.attempt += 1;
  return result;
}

const signedAs = (intentHash: string, attempt = 0, signedAtMs = 5_000) => ({
  ...{ attempt, runId: "20261120T215500Z", intentHash, payloadHex: "00" },
  ...{ startEpochInclusive: 1, endEpochExclusive: 3, plan: "{}", signedAtMs },
});
const intent = (world: World, attempt: number) =>
  signedAs(`txid_${world.signatures}`, attempt, world.nowMs);

async function ok(write: Promise<void>): Promise<string> {
  try {
    await write;
    return "ok";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** The rules, in words, and what they change. */
function rule(world: World, { kind, worker }: Exclude<Step, { kind: "wait" }>): string {
  const { fence } = world.workers[worker];
  if (kind === "acquire") {
    if (world.nowMs < world.untilMs) return "held";
    world.fences += 1;
    world.writer = world.fences;
    world.untilMs = world.nowMs + LEASE_MS;
    return "ok";
  }
  if (kind === "release" && fence > 0 && fence === world.fences) {
    world.writer = 0;
    world.untilMs = 0;
    return "ok";
  }
  if (fence === 0 || fence !== world.writer) return "lease_lost";
  if (kind === "renew") world.untilMs = world.nowMs + LEASE_MS;
  if (kind === "sign") {
    if (world.openIntent !== undefined) return "unfinal_attempt";
    world.openIntent = `txid_${world.signatures}`;
  }
  if (kind === "submit" && world.openIntent === undefined) return "attempt_out_of_order";
  if (kind === "end unsigned" && world.openIntent !== undefined) return "unfinal_attempt";
  if (kind === "end" || kind === "end unsigned") {
    world.openIntent = undefined;
    world.attempts += 1;
  }
  return "ok";
}

test("whatever two workers do in whatever order, only the newest lease writes, and one intent is open at most", async () => {
  let signed = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 40 }), async (steps) => {
      const world: World = {
        cdpId: nextCdp(),
        nowMs: 1_000,
        workers: [
          { fence: 0, attempt: 0 },
          { fence: 0, attempt: 0 },
        ],
        writer: 0,
        untilMs: 0,
        fences: 0,
        openIntent: undefined,
        attempts: 0,
        signatures: 0,
      };
      for (const next of steps) {
        if (next.kind === "wait") {
          world.nowMs += next.ms;
          continue;
        }
        world.signatures += 1;
        const { openIntent } = world;
        const expected = rule(world, next);
        expect(await act(world, next, openIntent), JSON.stringify(next)).toBe(expected);
        if (next.kind === "sign" && expected === "ok") signed += 1;
        if (expected === "lease_lost" || expected === "unfinal_attempt") refused += 1;
      }
      world.nowMs = world.untilMs + 1;
      const { cdpId, nowMs } = world;
      const last = await store.acquireLease(
        { cdpId, owner: "auditor", nowMs, leaseMs: LEASE_MS },
        signal,
      );
      expect(last).toMatchObject({ kind: "acquired", fence: world.fences + 1 });
      if (last.kind === "held") return;
      expect(last.record.unfinal?.intentHash).toBe(world.openIntent);
      expect(last.record.nextAttempt).toBe(world.attempts);
    }),
    { numRuns: 60, seed: 20_261_120 },
  );
  // The property says something only when both have happened often.
  expect(signed).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(50);
});

const take = (cdpId: string, owner: string, nowMs: number) =>
  store.acquireLease({ cdpId, owner, nowMs, leaseMs: 1_000 }, signal);

test("of twenty workers at once exactly one gets the lease", async () => {
  const cdpId = nextCdp();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, worker) => take(cdpId, `worker ${worker}`, 10_000)),
  );
  const winners = answers.flatMap((answer, worker) =>
    answer.kind === "acquired" ? [{ worker, fence: answer.fence }] : [],
  );
  expect(winners).toHaveLength(1);
  expect(winners[0]?.fence).toBe(1);
  const holders = new Set(answers.flatMap((a) => (a.kind === "held" ? [a.owner] : [])));
  expect([...holders]).toEqual([`worker ${winners[0]?.worker}`]);
});

test("of twenty workers at an expired lease exactly one takes over", async () => {
  const cdpId = nextCdp();
  await take(cdpId, "dead", 10_000);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, worker) => take(cdpId, `worker ${worker}`, 11_000)),
  );
  const fences = answers.flatMap((answer) => (answer.kind === "acquired" ? [answer.fence] : []));
  expect(fences).toEqual([2]);
});

test("of twenty signatures under one lease exactly one is written", async () => {
  const cdpId = nextCdp();
  await take(cdpId, "a", 10_000);
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      store.recordSigned({ cdpId, fence: 1, attempt: signedAs(`txid_${n}`) }, signal),
    ),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});
