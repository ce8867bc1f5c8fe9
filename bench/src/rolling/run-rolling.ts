import type { Candidate } from "@weft/messages";
import { sleep } from "@weft/runtime";
import { readOutcomes } from "../../../local/src/start/books.ts";
import { burstBooks } from "../burst/burst-books.ts";
import { submitLatencies } from "../burst/first-submissions.ts";
import { offerAndWatch } from "../burst/offer-and-watch.ts";
import type { BurstOptions } from "../burst/run-burst.ts";
import { supplyCandidates, WARM_UP_CANDIDATES, warmUp } from "../burst/supply-candidates.ts";
import type { BenchStack } from "../stack/bench-stack.ts";
import { type Replacement, rollLiquidators } from "./roll-liquidators.ts";
import { longestDelayMs, rollBooks } from "./rolling-books.ts";
import { rollingTargets } from "./rolling-targets.ts";

/** By then every liquidator has its hands full. */
const ROLL_AFTER_MS = 2_000;

/** Measures a burst in calm, and the same burst while the fleet of liquidators is rolled over. */
export async function runRolling(
  options: BurstOptions & { readonly visibilityTimeoutSeconds: number },
  stack: BenchStack,
  signal: AbortSignal,
) {
  const { candidates, crash, latencyMs, commitMs } = options;
  const needed = WARM_UP_CANDIDATES + 2 * candidates;
  const supply = { needed, crash, latencyMs, commitMs };
  const { found, queueUrl } = await supplyCandidates(stack, supply, signal);
  await warmUp(found.slice(0, WARM_UP_CANDIDATES), queueUrl, stack, signal);
  // One for this burst and one for that, so that both get of every part of the book.
  const dealt = (turn: number) =>
    found.slice(WARM_UP_CANDIDATES, needed).filter((_candidate, index) => index % 2 === turn);

  const order = { queueUrl, perHour: options.perHour };
  const calm = await burst(dealt(0), order, stack, signal);
  const replacements: Replacement[] = [];
  const rolled = await burst(dealt(1), order, stack, signal, async (serving) => {
    await sleep(ROLL_AFTER_MS, signal);
    replacements.push(...(await rollLiquidators(stack, serving, signal)));
  });

  const [outcomes, depths] = await Promise.all([
    readOutcomes(stack.clients.objects, signal),
    stack.depths(signal),
  ]);
  const booksOf = ({ sent, before, after, startedAtMs }: Burst) =>
    burstBooks(sent, outcomes, { before, after }, startedAtMs);
  const [calmBooks, books] = [booksOf(calm), booksOf(rolled)];
  const numbers = {
    ...options,
    ...books,
    calmLastSubmitMs: calmBooks.lastSubmitMs,
    calmMax: calmBooks.max,
    longestDelayMs: longestDelayMs(
      submitLatencies(calm.sent, outcomes),
      submitLatencies(rolled.sent, outcomes),
    ),
    ...rollBooks(replacements, rolled.startedAtMs + books.lastSubmitMs),
    executorsPeak: rolled.executorsPeak,
    imbalances: rolled.after.imbalances.length,
    parked: depths.liquidationParked,
  };
  return { ...numbers, endings: JSON.stringify(books.endings), targets: rollingTargets(numbers) };
}

type Burst = Awaited<ReturnType<typeof burst>>;

async function burst(
  candidates: readonly Candidate[],
  order: { readonly queueUrl: string; readonly perHour: number | null },
  stack: BenchStack,
  signal: AbortSignal,
  meanwhile: (serving: Map<string, string>) => Promise<void> = async () => {},
) {
  const serving = new Map(stack.opsUrls);
  const before = await stack.control.audit(signal);
  const startedAtMs = Date.now();
  const [{ sent, executorsPeak }] = await Promise.all([
    offerAndWatch(candidates, order, { ...stack, opsUrls: serving }, signal),
    meanwhile(serving),
  ]);
  const after = await stack.control.audit(signal);
  return { sent, executorsPeak, before, after, startedAtMs };
}
