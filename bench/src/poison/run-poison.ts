import { type Candidate, runIdOf } from "@weft/messages";
import { readOutcomes } from "../../../local/src/start/books.ts";
import { scheduledMinute } from "../../../local/src/start/dispatch.ts";
import { burstBooks } from "../burst/burst-books.ts";
import { offerAndWatch } from "../burst/offer-and-watch.ts";
import type { BurstOptions } from "../burst/run-burst.ts";
import { supplyCandidates, WARM_UP_CANDIDATES, warmUp } from "../burst/supply-candidates.ts";
import type { BenchStack } from "../stack/bench-stack.ts";
import { paceBooks, type SentRound, spendBooks } from "./poison-books.ts";
import {
  candidatesFor,
  dealRounds,
  mixed,
  type PoisonKind,
  type Round,
  roundSizes,
} from "./poison-rounds.ts";
import { poisonTargets } from "./poison-targets.ts";

/** How often poison is found again, each time by a run of its own and at a newer state. */
const LATER_RUNS = 3;
const BETWEEN_RUNS_MS = 300_000;

/**
 * Sends the same number of healthy candidates again and again, in every second round with poison among them, and compares
 * how fast the healthy ones are submitted. After each round its poison is sent again, as the runs that follow would.
 */
export async function runPoison(
  options: BurstOptions & { readonly percent: number },
  stack: BenchStack,
  signal: AbortSignal,
) {
  const { crash, latencyMs, commitMs, percent, perHour } = options;
  const sizes = roundSizes(options.candidates, percent);
  const needed = WARM_UP_CANDIDATES + candidatesFor(sizes);
  const supply = { needed, crash, latencyMs, commitMs };
  const { found, queueUrl } = await supplyCandidates(stack, supply, signal);
  await warmUp(found.slice(0, WARM_UP_CANDIDATES), queueUrl, stack, signal);
  const rounds = dealRounds(found.slice(WARM_UP_CANDIDATES), sizes);
  await poisonLedger(rounds, stack);

  const before = await stack.control.audit(signal);
  const startedAtMs = Date.now();
  const sent: SentRound[] = [];
  const peaks: number[] = [];
  for (const round of rounds) {
    const order = { queueUrl, perHour };
    const done = await offerAndWatch(mixed(round), order, stack, signal);
    peaks.push(done.executorsPeak);
    const isPoison = new Set(round.poison.map(({ candidate }) => candidate.cdpId));
    const [healthy, poison] = [
      done.sent.filter(({ cdpId }) => !isPoison.has(cdpId)),
      done.sent.filter(({ cdpId }) => isPoison.has(cdpId)),
    ];
    const later = poison.length === 0 ? [] : await findAgain(poison, queueUrl, stack, signal);
    sent.push({ healthy, poison, later });
  }
  const after = await stack.control.audit(signal);
  const [outcomes, depths] = await Promise.all([
    readOutcomes(stack.clients.objects, signal),
    stack.depths(signal),
  ]);
  const healthy = sent.flatMap((round) => round.healthy);
  const poisoned = sent.flatMap(({ poison, later }) => [poison, ...later]);
  const booksOf = (candidates: readonly Candidate[]) =>
    burstBooks(candidates, outcomes, { before, after }, startedAtMs);
  const spend = spendBooks(sent, outcomes, after.failures.slice(before.failures.length));
  const { losses, ...paces } = paceBooks(sent, outcomes);
  const numbers = {
    ...{ ...options, ...sizes, laterRuns: LATER_RUNS, candidates: healthy.length },
    submitted: booksOf(healthy).submitted,
    // Of each delivery of the poison too.
    lost: [healthy, ...poisoned].reduce((sum, some) => sum + booksOf(some).lost, 0),
    doubled: booksOf([...healthy, ...sent.flatMap(({ poison }) => poison)]).doubled,
    ...paces,
    ...spend,
    executorsPeak: Math.max(...peaks),
    imbalances: after.imbalances.length,
    parked: depths.liquidationParked,
  };
  return {
    ...numbers,
    losses: losses.join(", "),
    endings: JSON.stringify(booksOf(healthy).endings),
    poisonEndings: JSON.stringify(spend.poisonEndings),
    targets: poisonTargets(numbers),
  };
}

async function poisonLedger(rounds: readonly Round[], stack: BenchStack): Promise<void> {
  const idsOf = (wanted: PoisonKind) =>
    rounds.flatMap(({ poison }) =>
      poison.flatMap(({ candidate, kind }) => (kind === wanted ? [candidate.cdpId] : [])),
    );
  await stack.setFaults({ refusedCdpIds: idsOf("refused"), failingCdpIds: idsOf("failing") });
}

/** Sends the same CDPs as later runs would: each under its own id, seen at the head of the moment. */
async function findAgain(
  poison: readonly Candidate[],
  queueUrl: string,
  stack: BenchStack,
  signal: AbortSignal,
): Promise<(readonly Candidate[])[]> {
  const nowMs = await stack.control.nowMs(signal);
  const found: (readonly Candidate[])[] = [];
  for (let run = 1; run <= LATER_RUNS; run += 1) {
    const runId = runIdOf(scheduledMinute(nowMs) + run * BETWEEN_RUNS_MS);
    const version = String(await stack.headVersion());
    const seenAt = { pinnedStateVersion: version, confirmedFromStateVersion: version };
    const again = poison.map((candidate) => ({ ...candidate, runId, ...seenAt }));
    const { sent } = await offerAndWatch(again, { queueUrl, perHour: null }, stack, signal);
    found.push(sent);
  }
  return found;
}
