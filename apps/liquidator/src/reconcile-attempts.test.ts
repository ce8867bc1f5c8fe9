import { AppError } from "@weft/runtime";
import type { OpenAttempt, QuarantinedCdp, UnfinalAttempt } from "@weft/store";
import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";
import { type ReconcileDeps, reconcileAttempts } from "./reconcile-attempts.ts";
import type { AskedLease } from "./wire-leases.ts";

const NOW_MS = 1_000_000;

const unfinal: UnfinalAttempt = {
  attempt: 4,
  runId: "20261120T215500Z",
  intentHash: "txid_sim1abc",
  payloadHex: "4d22",
  startEpochInclusive: 100,
  endEpochExclusive: 102,
  plan: "{}",
  signedAtMs: NOW_MS - 90_000,
  submittedAtMs: null,
};

const open = (cdpId: string, leaseUntilMs = 0): OpenAttempt => ({
  ...{ cdpId, unfinal, leaseOwner: "gone", leaseUntilMs },
});

async function* each<T>(items: readonly (T | Error)[]): AsyncGenerator<T> {
  for (const item of items) {
    if (item instanceof Error) throw item;
    yield item;
  }
}

const acquired = (signed: UnfinalAttempt | null): AskedLease => ({
  kind: "acquired",
  fence: 7,
  askedMs: 0,
  record: {
    ...{ nextAttempt: 4, unfinal: signed, lastFinal: null, quarantine: null },
    failedDelivery: null,
  },
});

function setUp(
  attempts: readonly (OpenAttempt | Error)[],
  change: Partial<ReconcileDeps> = {},
  quarantined: readonly QuarantinedCdp[] = [],
) {
  const events: string[] = [];
  const lines: unknown[] = [];
  const registry = new Registry();
  const deps: ReconcileDeps = {
    listUnfinal: () => each(attempts),
    listQuarantined: () => each(quarantined),
    acquireLease: (cdpId) => {
      events.push(`acquire ${cdpId}`);
      return Promise.resolve(acquired(unfinal));
    },
    finishUnderLease: ({ cdpId, fence, signed }) => {
      events.push(`finish ${cdpId} under ${fence}: ${signed.intentHash}`);
      return Promise.resolve();
    },
    releaseLease: ({ cdpId, fence }) => {
      events.push(`release ${cdpId} ${fence}`);
      return Promise.resolve();
    },
    releaseOrphanedHolds: () => {
      events.push("release holds");
      return Promise.resolve();
    },
    atOnce: 2,
    wallMs: () => NOW_MS,
    ledgerNowMs: () => Promise.resolve(NOW_MS),
    metrics: createMetrics(registry),
    log: { error: (fields: unknown) => lines.push(fields) } as never,
    ...change,
  };
  const round = (signal = new AbortController().signal) => reconcileAttempts(deps, signal);
  const gauge = async (name: string) =>
    (await registry.getSingleMetric(`liquidator_${name}`)?.get())?.values[0]?.value;
  return { round, events, lines, gauge };
}

it("finishes what nobody works on, under a lease of its own, and tells how much there is", async () => {
  const { round, events, gauge } = setUp([
    open("#1#"),
    open("#2#", NOW_MS + 1),
    open("#3#", NOW_MS),
  ]);
  await round();
  expect(events.toSorted()).toEqual([
    "acquire #1#",
    "acquire #3#",
    "finish #1# under 7: txid_sim1abc",
    "finish #3# under 7: txid_sim1abc",
    "release holds",
  ]);
  expect(await gauge("unfinal_cdps")).toBe(3);
  expect(await gauge("oldest_unfinal_attempt_seconds")).toBe(90);
  expect(await gauge("reconciled_timestamp_seconds")).toBe(1_000);
});

it("leaves alone what another was faster to take", async () => {
  const { round, events } = setUp([open("#1#")], {
    acquireLease: () => Promise.resolve({ kind: "held", owner: "other", untilMs: NOW_MS + 1 }),
  });
  await round();
  expect(events).toEqual(["release holds"]);
});

it("lets go at once of what another was faster to finish", async () => {
  const { round, events } = setUp([open("#1#")], {
    acquireLease: () => Promise.resolve(acquired(null)),
  });
  await round();
  expect(events).toEqual(["release #1# 7", "release holds"]);
});

it("one attempt that fails, and one that cannot be read, keep no other from its end", async () => {
  const unreadable = new AppError("stored_value_invalid", "CDP#9", { disposition: "park" });
  const finished: string[] = [];
  const { round, lines } = setUp([open("#1#"), open("#2#"), open("#3#"), unreadable], {
    finishUnderLease: ({ cdpId }) => {
      if (cdpId === "#1#") return Promise.reject(new Error("no answer"));
      finished.push(cdpId);
      return Promise.resolve();
    },
  });
  await round();
  expect(finished).toEqual(["#2#", "#3#"]);
  expect(lines).toHaveLength(2);
});

it("says nothing of how much there is, nor that it went through, when the table cannot be listed", async () => {
  const unreadable = new AppError("state_table_failed", "cannot scan", { disposition: "retry" });
  const { round, gauge } = setUp([open("#1#"), unreadable]);
  await round();
  const initial = createMetrics(new Registry());
  const initially = async (name: "unfinal" | "oldestUnfinal" | "reconciled") =>
    (await initial[name].get()).values[0]?.value;
  expect(await gauge("unfinal_cdps")).toBe(await initially("unfinal"));
  expect(await gauge("oldest_unfinal_attempt_seconds")).toBe(await initially("oldestUnfinal"));
  expect(await gauge("reconciled_timestamp_seconds")).toBe(await initially("reconciled"));
});

it("what is not final yet is nothing to tell a person of", async () => {
  const { round, lines } = setUp([open("#1#")], {
    finishUnderLease: () =>
      Promise.reject(new AppError("finality_overdue", "wait", { disposition: "retry" })),
  });
  await round();
  expect(lines).toEqual([]);
});

it("looks at no more than so many at once", async () => {
  let atOnce = 0;
  let most = 0;
  const { round } = setUp(
    ["#1#", "#2#", "#3#", "#4#", "#5#"].map((id) => open(id)),
    {
      finishUnderLease: async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
      },
    },
  );
  await round();
  expect(most).toBe(2);
});

it("begins nothing more once the process stops", async () => {
  const stop = new AbortController();
  const { round, events } = setUp(
    ["#1#", "#2#", "#3#"].map((id) => open(id)),
    {
      finishUnderLease: ({ cdpId }) => {
        events.push(`finish ${cdpId}`);
        stop.abort(new Error("received SIGTERM"));
        return Promise.resolve();
      },
    },
  );
  await round(stop.signal);
  expect(events.filter((event) => event.startsWith("finish"))).toHaveLength(1);
});

it("counts the CDPs whose rest is not over", async () => {
  const resting = (untilMs: number): QuarantinedCdp => ({
    cdpId: "#1#",
    quarantine: {
      ...{ reason: "preview_failed", failures: 1, sinceMs: 0, untilMs },
      cdpFingerprint: "0011223344556677",
    },
  });
  const { round, gauge } = setUp([], {}, [resting(NOW_MS), resting(NOW_MS + 1)]);
  await round();
  expect(await gauge("quarantined_cdps")).toBe(1);
});
