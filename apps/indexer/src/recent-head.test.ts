import { expect, it } from "vitest";
import { createRecentHead } from "./recent-head.ts";

/** A ledger that is ten versions on whenever it is asked. */
function createLedger() {
  let asked = 0;
  const clock = { nowMs: 0 };
  const readRecent = createRecentHead({
    read: () => {
      asked += 1;
      const stateVersion = BigInt(asked * 10);
      return Promise.resolve({ stateVersion, epoch: 1, round: 1, timestampMs: 0 });
    },
    maxAgeMs: 2_000,
    nowMs: () => clock.nowMs,
  });
  const versionFor = async (pinned: bigint) => (await readRecent(pinned)).stateVersion;
  return { clock, versionFor };
}

it("reads the head once for all batches of the next two seconds", async () => {
  const { clock, versionFor } = createLedger();
  expect(await Promise.all([versionFor(5n), versionFor(10n)])).toEqual([10n, 10n]);
  clock.nowMs = 2_000;
  expect(await versionFor(10n)).toBe(10n);
  clock.nowMs = 2_001;
  expect(await versionFor(10n)).toBe(20n);
});

it("reads it anew for a batch that was pinned since", async () => {
  const { versionFor } = createLedger();
  expect(await versionFor(10n)).toBe(10n);
  expect(await versionFor(11n)).toBe(20n);
  expect(await versionFor(20n)).toBe(20n);
});

it("gives what there is when the ledger is not there yet", async () => {
  const { versionFor } = createLedger();
  expect(await versionFor(99n)).toBe(10n + 10n);
});
