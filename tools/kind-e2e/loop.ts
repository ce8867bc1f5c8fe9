import type { Audit } from "../../local/src/simulator/ledger/types.ts";
import { type Patience, waitUntilNone } from "../delivery/wait.ts";

const WORKERS = ["indexer", "liquidator"] as const;
export type Worker = (typeof WORKERS)[number];

/** A cluster with the whole loop on it, from outside. */
export interface Loop {
  /** The ledger's own truth. */
  readonly audit: () => Promise<Audit>;
  /** Prices fall by this fraction. */
  readonly crash: (fraction: string) => Promise<void>;
  /** The feed sees every price anew: one is believed when it was observed twice. */
  readonly observe: () => Promise<void>;
  readonly replicas: () => Promise<Readonly<Record<Worker, number>>>;
}

const CRASH = "0.25";
/** Nothing more comes when two runs, a minute apart, have brought nothing. */
const SETTLED_MS = 150_000;
/** A run comes every minute, and should find each price observed since the run before. */
const OBSERVE_EVERY_MS = 60_000;
/** Of live CDPs: what is over the line but not worth its fee. */
const NOT_WORTH_SHARE = 0.01;

/**
 * Sees a calm market indexed, prices fall, and what goes over the line liquidated, with both workers scaled by their queues.
 *
 * @throws {Error} when that does not come about, or at once when the ledger saw what must never happen
 */
export async function assertLoop(loop: Loop, patience: Patience): Promise<void> {
  const most: Record<Worker, number> = { indexer: 0, liquidator: 0 };
  let wrong: string[] = [];
  let [liquidated, since] = [0, patience.nowMs()];
  let observedAtMs = Number.NEGATIVE_INFINITY;
  const look = async (missing: (audit: Audit) => string[]) => {
    if (patience.nowMs() - observedAtMs >= OBSERVE_EVERY_MS) {
      observedAtMs = patience.nowMs();
      await loop.observe();
    }
    const replicas = await loop.replicas();
    for (const worker of WORKERS) most[worker] = Math.max(most[worker], replicas[worker]);
    const audit = await loop.audit();
    if (audit.liquidations.length !== liquidated) since = patience.nowMs();
    liquidated = audit.liquidations.length;
    wrong = violationsOf(audit);
    return wrong.length > 0 ? [] : missing(audit);
  };
  const until = async (missing: (audit: Audit) => string[]) => {
    await waitUntilNone(() => look(missing), patience);
    if (wrong.length > 0) throw new Error(wrong.join("; "));
  };
  await until(() => scaled("indexer", most.indexer, 1));
  if (liquidated > 0) throw new Error(`${liquidated} liquidations on a calm market`);
  await loop.crash(CRASH);
  patience.print(`prices fell by ${CRASH}`);
  await until((audit) => [
    ...WORKERS.flatMap((worker) => scaled(worker, most[worker], 2)),
    ...(liquidated > 0 ? [] : ["nothing is liquidated yet"]),
    ...(patience.nowMs() - since >= SETTLED_MS ? [] : [`${liquidated} liquidations, and counting`]),
    ...leftOver(audit),
  ]);
  const { indexer, liquidator } = most;
  patience.print(
    `${liquidated} liquidations by up to ${liquidator} liquidators, ${indexer} indexers`,
  );
}

const scaled = (worker: Worker, most: number, wanted: number) =>
  most >= wanted ? [] : [`${worker}: ${most} at most so far, ${wanted} wanted`];

function violationsOf({ wronglyTouched, unfinalTogether, imbalances }: Audit): string[] {
  return [
    ...wronglyTouched.map((cdpId) => `CDP ${cdpId} was under the line and liquidated`),
    ...unfinalTogether.map(({ cdpId }) => `CDP ${cdpId} had two transactions at once`),
    ...imbalances.map(({ resource }) => `the ledger does not add up in ${resource}`),
  ];
}

function leftOver({ overLine, cdps }: Audit): string[] {
  const left = overLine.filter(({ badDebt, exempt }) => !badDebt && !exempt).length;
  return left <= cdps.live * NOT_WORTH_SHARE ? [] : [`${left} CDPs over the line`];
}
