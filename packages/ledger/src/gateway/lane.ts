import { createSemaphore } from "@weft/runtime";
import type { Fault } from "./errors.ts";
import { createInFlightLimit } from "./in-flight-limit.ts";
import type { GatewayObserver, LaneName } from "./observer.ts";

/** Requests of one kind, which wait for each other and for nobody else. */
export interface Lane {
  readonly name: LaneName;
  /** Runs one attempt when there is a place. A call that is urgent, or had its turn before, waits in front of the others. */
  run<T>(attempt: () => Promise<T>, signal: AbortSignal, isFirst: boolean): Promise<T>;
  /** Adapts to how an attempt ended; times are monotonic, milliseconds. */
  learn(ended: {
    readonly path: string;
    readonly startedMs: number;
    readonly endedMs: number;
    /** Undefined when there was an answer. */
    readonly fault: Fault | undefined;
  }): void;
}

/** @param maxInFlight the most that are ever in flight at once; fewer while the Gateway has too much to do */
export function createLane(
  name: LaneName,
  maxInFlight: number,
  observe: Pick<GatewayObserver, "onLane" | "onLimitCut">,
): Lane {
  const places = createSemaphore(maxInFlight);
  const limit = createInFlightLimit(maxInFlight);
  let allowed = limit.current;
  const tell = () =>
    observe.onLane?.({
      lane: name,
      inFlight: places.active,
      waiting: places.waiting,
      limit: allowed,
    });
  tell();
  return {
    name,
    async run(attempt, signal, isFirst) {
      const work = async () => {
        tell();
        return attempt();
      };
      try {
        return await places.run(work, signal, isFirst ? "front" : "back");
      } finally {
        tell();
      }
    },
    learn({ path, startedMs, endedMs, fault }) {
      if (fault === undefined) limit.answered({ path, startedMs, endedMs });
      else if (fault.overload) limit.overloaded({ startedMs, endedMs });
      if (limit.current === allowed) return;
      if (limit.current < allowed) {
        observe.onLimitCut?.({ lane: name, reason: fault === undefined ? "latency" : fault.code });
      }
      allowed = limit.current;
      places.resize(allowed);
      tell();
    },
  };
}
