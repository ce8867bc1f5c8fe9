import { once } from "node:events";
import type { Sleep } from "@weft/runtime";
import {
  type Child,
  type ChildSpec,
  childFailure,
  describeExit,
  type Exit,
} from "./child-process.ts";
import type { Guard } from "./guard.ts";

export interface SupervisorOptions {
  readonly launch: (spec: ChildSpec) => Child;
  readonly guard: Guard;
  readonly sleep: Sleep;
  /** A child died and is started again. */
  readonly onRestart: (name: string, exit: Exit) => void;
}

/**
 * Looks after the children.
 *
 * A child is *essential* (its state is in its memory: when it dies the run has failed), *kept* (started again when it dies,
 * as an orchestrator would) or *once* (ends by itself).
 */
export interface Supervisor {
  /** Aborts, with the reason, when the run cannot go on. */
  readonly failed: AbortSignal;
  /** How often each kept child was started again. */
  readonly restarts: ReadonlyMap<string, number>;
  startEssential<T>(spec: ChildSpec, ready: Ready<T>): Promise<T>;
  /** `onReady` is called again after each restart: it may listen elsewhere then. */
  startKept<T>(spec: ChildSpec, ready: Ready<T>, onReady: (value: T) => void): Promise<void>;
  /**
   * Stops a kept child, as an orchestrator that rolls it over: another takes its place. Resolves with how it ended, once the
   * successor is ready. Killed after the grace period.
   */
  replaceKept(name: string, graceMs: number): Promise<Exit>;
  runOnce(spec: ChildSpec): Promise<{ readonly child: Child; readonly exit: Exit }>;
  /**
   * Stops all children, tier by tier; afterwards none runs.
   * @throws {RunFailure} when an essential one did not end with 0: it has found something wrong with the run
   */
  stopAll(graceMs: number): Promise<void>;
  /** Kills what still runs, without waiting: the last resort when this process is about to end. */
  killAll(): void;
}

type Ready<T> = (child: Child) => Promise<T>;

/** A child that dies so often without ever having been ready will not heal. */
const MAX_STARTS_IN_VAIN = 5;
const RESTART_PAUSE_MS = 500;

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { launch, guard, sleep, onRestart } = options;
  const failure = new AbortController();
  const stopping = new AbortController();
  const children = new Set<Child>();
  const essential = new Set<Child>();
  const ended = new WeakMap<Child, Exit>();
  const restarts = new Map<string, number>();
  /** The kept ones that are ready, by name. */
  const kept = new Map<string, Child>();
  const successors = new EventTarget();

  const start = (spec: ChildSpec): Child => {
    stopping.signal.throwIfAborted();
    const child = launch(spec);
    children.add(child);
    const { pid } = child;
    if (pid !== undefined) guard.watch(pid);
    void child.exited.then((exit) => {
      ended.set(child, exit);
      children.delete(child);
      if (pid !== undefined) guard.forget(pid);
    });
    return child;
  };

  const tellRestart = ({ name }: ChildSpec, exit: Exit) => {
    restarts.set(name, (restarts.get(name) ?? 0) + 1);
    onRestart(name, exit);
  };

  /** Who ends by itself before it was ever ready has a fault to show; who was killed gets another start. */
  const startUntilReady = async <T>(spec: ChildSpec, ready: Ready<T>) => {
    for (let inVain = 1; ; inVain += 1) {
      const child = start(spec);
      try {
        return { child, value: await ready(child) };
      } catch (error) {
        const exit = ended.get(child);
        if (exit === undefined || exit.signal === null || inVain >= MAX_STARTS_IN_VAIN) throw error;
        tellRestart(spec, exit);
      }
    }
  };

  const keep = (child: Child) => {
    const { name } = child.spec;
    kept.set(name, child);
    successors.dispatchEvent(new Event(name));
  };

  const restart = async <T>(last: Child, ready: Ready<T>, onReady: (value: T) => void) => {
    let child = last;
    for (let inVain = 0; ; ) {
      const exit = await child.exited;
      if (stopping.signal.aborted) return;
      if (inVain >= MAX_STARTS_IN_VAIN) {
        failure.abort(childFailure(child, `${describeExit(exit)} ${inVain} times in a row`));
        return;
      }
      const { spec } = child;
      tellRestart(spec, exit);
      await sleep(RESTART_PAUSE_MS * 2 ** inVain, stopping.signal);
      if (stopping.signal.aborted) return;
      child = start(spec);
      inVain += 1;
      await ready(child).then(
        (value) => {
          inVain = 0;
          onReady(value);
          keep(child);
        },
        // Not ready: its end, which is near or has come, is what counts.
        () => child.kill(),
      );
    }
  };

  return {
    failed: failure.signal,
    restarts,
    async startEssential(spec, ready) {
      const child = start(spec);
      const value = await ready(child);
      essential.add(child);
      void child.exited.then((exit) => {
        if (!stopping.signal.aborted) failure.abort(childFailure(child, describeExit(exit)));
      });
      return value;
    },
    async startKept(spec, ready, onReady) {
      const { child, value } = await startUntilReady(spec, ready);
      onReady(value);
      keep(child);
      void restart(child, ready, onReady);
    },
    async replaceKept(name, graceMs) {
      const child = kept.get(name);
      if (child === undefined) throw new Error(`${name} is not kept`);
      const signal = AbortSignal.any([failure.signal, stopping.signal]);
      const [exit] = await Promise.all([child.stop(graceMs), once(successors, name, { signal })]);
      return exit;
    },
    async runOnce(spec) {
      const child = start(spec);
      return { child, exit: await child.exited };
    },
    async stopAll(graceMs) {
      stopping.abort();
      // The servers that others talk to last, so that nobody ends in the middle of a request.
      for (const tier of tiersOf([...children])) {
        await Promise.all(tier.map((child) => child.stop(graceMs)));
      }
      for (const child of essential) {
        const { code } = await child.exited;
        if (code !== 0 && code !== null) throw childFailure(child, `ended with exit code ${code}`);
      }
    },
    killAll() {
      stopping.abort();
      for (const child of children) child.kill();
    },
  };
}

function tiersOf(children: readonly Child[]): Child[][] {
  const tiers = new Map<number, Child[]>();
  for (const child of children) {
    const tier = child.spec.stopTier ?? 0;
    tiers.set(tier, [...(tiers.get(tier) ?? []), child]);
  }
  return [...tiers].sort(([a], [b]) => a - b).map(([, tier]) => tier);
}
