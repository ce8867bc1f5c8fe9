import type { Logger } from "@weft/runtime";

/**
 * How far an attempt came: `judged` shows that ledger and table answer, `signed` that treasury and signer do too; one that was
 * answered from the table alone is `untried` and shows nothing.
 */
type Progress = "untried" | "judged" | "signed";

export interface OutageWatchDeps {
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  /** 0 inclusive to 1 exclusive, for the jitter. */
  readonly random: () => number;
  readonly log: Pick<Logger, "error" | "info">;
}

/**
 * Tells an outage from a CDP's own trouble: one class of failure over several CDPs, with nothing between that shows the
 * opposite.
 *
 * closed → open (receiving is paused, a person is told) → one message at a time, ever more rarely, to try → closed again.
 * While it is open a trial that shows nothing either way is followed by the next at once.
 */
export interface OutageWatch {
  /** @param error what many CDPs failed of together counts once */
  failed(code: string, cdpId: string, error?: unknown): void;
  progressed(how: Progress): void;
  /**
   * Whether a failure that looks like the CDP's own is one that many share, with nothing signed between: then something
   * else is wrong, and resting each of them would only make it last. A person is told once.
   */
  isCommon(ownFailure: string, cdpId: string): boolean;
  /** How many messages may be received now; 0 between two trials. */
  admits(): number;
  /** The class of failure that receiving is paused for. */
  readonly because: string | null;
}

const CDPS_TO_OPEN = 5;
const CDPS_TO_BE_COMMON = 10;
/** What failed longer ago has nothing to do with what fails now; milliseconds. */
const MEMORY_MS = 600_000;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/** Somebody else is at work on the position: nothing was asked of anybody. */
const UNTRIED: ReadonlySet<string> = new Set(["expired_while_held", "lease_held"]);

/** One message's own trouble, or nobody's. */
const NO_SIGN_OF_OUTAGE: ReadonlySet<string> = new Set([
  ...UNTRIED,
  "fleet_switch_unreadable",
  "finality_overdue",
  "finality_pending",
  // Those it is promised to go on, and may leave some of it.
  "funds_promised",
  "head_behind",
  "holding_fire",
  // Other assets can still be paid with.
  "inventory_short",
  "lease_lost",
  "paused",
  "stopping",
]);

const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/^(gateway_.*|stale_head|terms_stale|clock_unavailable|end_unreadable)$/, "ledger"],
  [/^(state_table_failed|object_store_failed)$/, "storage"],
  [/^(treasury_short|treasury_.*|spend_ceiling.*)$/, "treasury"],
  [/^(signer_.*|no_signer|bad_signing_key)$/, "signer"],
];
/** What only a signature disproves. */
const UNTIL_SIGNED: ReadonlySet<string> = new Set(["treasury", "signer"]);

export function outageClassOf(code: string): string | undefined {
  if (NO_SIGN_OF_OUTAGE.has(code)) return undefined;
  return CLASSES.find(([pattern]) => pattern.test(code))?.[1] ?? code;
}

/** Whether a failure is the message's own: neither part of an outage nor the ordinary course of things. */
export function isOwnFailure(code: string): boolean {
  return outageClassOf(code) === code;
}

export function createOutageWatch({ nowMs, random, log }: OutageWatchDeps): OutageWatch {
  const failures = createMemory(nowMs);
  const ownFailures = createMemory(nowMs);
  const told = new Set<string>();
  const heard = new WeakSet<object>();
  let open: Outage | undefined;

  return {
    failed(code, cdpId, error) {
      if (UNTRIED.has(code)) open?.tryAgain();
      const kind = outageClassOf(code);
      if (kind === undefined) return;
      if (error instanceof Error) {
        if (heard.has(error)) return;
        heard.add(error);
      }
      const cdps = failures.remember(kind, cdpId);
      if (open !== undefined) {
        open.postpone();
      } else if (cdps >= CDPS_TO_OPEN) {
        open = createOutage(kind, nowMs, random);
        log.error({ outage: kind, code, cdps }, "receiving paused: many positions fail alike");
      }
    },
    progressed(how) {
      if (how === "untried") {
        open?.tryAgain();
        return;
      }
      failures.forget((kind) => how === "signed" || !UNTIL_SIGNED.has(kind));
      if (how === "signed") {
        ownFailures.forget(() => true);
        told.clear();
      }
      if (open === undefined) return;
      if (how === "judged" && UNTIL_SIGNED.has(open.kind)) {
        open.tryAgain();
        return;
      }
      log.info({ outage: open.kind }, "receiving again");
      open = undefined;
    },
    isCommon(ownFailure, cdpId) {
      const cdps = ownFailures.remember(ownFailure, cdpId);
      if (cdps < CDPS_TO_BE_COMMON) return false;
      if (!told.has(ownFailure)) {
        told.add(ownFailure);
        log.error({ ownFailure, cdps }, "many positions are refused alike: no more of them rest");
      }
      return true;
    },
    admits: () => open?.admits() ?? Number.POSITIVE_INFINITY,
    get because() {
      return open?.kind ?? null;
    },
  };
}

/** Which CDPs failed lately, by the kind of failure. */
function createMemory(nowMs: () => number) {
  const failedAtMs = new Map<string, Map<string, number>>();
  return {
    /** How many CDPs have failed so by now. */
    remember(kind: string, cdpId: string): number {
      const cdps = failedAtMs.get(kind) ?? new Map<string, number>();
      failedAtMs.set(kind, cdps);
      cdps.set(cdpId, nowMs());
      for (const [id, atMs] of cdps) if (nowMs() - atMs > MEMORY_MS) cdps.delete(id);
      return cdps.size;
    },
    forget(isOver: (kind: string) => boolean): void {
      for (const kind of [...failedAtMs.keys()]) if (isOver(kind)) failedAtMs.delete(kind);
    },
  };
}

interface Outage {
  readonly kind: string;
  /** One message, once per pause. */
  admits(): number;
  /** A trial failed: the next comes later. What was under way before the first trial says nothing new. */
  postpone(): void;
  /** A trial showed nothing: the next comes now. */
  tryAgain(): void;
}

function createOutage(kind: string, nowMs: () => number, random: () => number): Outage {
  let pauseMs = FIRST_PAUSE_MS;
  let isTrying = false;
  const afterPause = () => nowMs() + pauseMs / 2 + (pauseMs / 2) * random();
  let nextTrialMs = afterPause();
  return {
    kind,
    admits() {
      if (nowMs() < nextTrialMs) return 0;
      isTrying = true;
      nextTrialMs = afterPause();
      return 1;
    },
    postpone() {
      if (!isTrying) return;
      isTrying = false;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      nextTrialMs = afterPause();
    },
    tryAgain() {
      if (isTrying) nextTrialMs = nowMs();
    },
  };
}
