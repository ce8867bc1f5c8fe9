import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Step } from "../../../apps/liquidator/src/steps.ts";

/** Where a process of the test bundle finds its pause points; the bundle that the images run knows no such name. */
export const PAUSE_VARIABLE = "PAUSE_POINTS_URL";

/** A moment in the life of one CDP's attempt. */
export interface Place {
  readonly side: "before" | "after";
  readonly step: Step;
  readonly cdpId: string;
}

/** Where the processes of the test bundle ask whether they may go on. */
export interface PausePoints {
  /** For `PAUSE_VARIABLE` of a process of that name. */
  urlFor(process: string): string;
  /**
   * Holds the process when it comes to any of the places; resolves when it stands at every one of them.
   * @throws {Error} naming the places that it has not come to after long
   */
  hold(process: string, places: readonly Place[]): Promise<void>;
  /** Whoever is held goes on, and nobody is held any more. */
  letGo(): void;
  close(): Promise<void>;
}

/** Only for what hangs: a busy machine is no failure. */
const WITHIN_MS = 150_000;

export async function openPausePoints(): Promise<PausePoints> {
  const armed = new Map<string, () => void>();
  const held: ServerResponse[] = [];
  const server = createServer((request, response) => {
    const reached = armed.get(request.url ?? "");
    if (reached === undefined) {
      response.end();
      return;
    }
    held.push(response);
    armed.delete(request.url ?? "");
    reached();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    urlFor: (process) => `http://127.0.0.1:${port}/${process}`,
    hold(process, places) {
      const late = Promise.withResolvers<never>();
      const arrivals = places.map(({ side, step, cdpId }) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        armed.set(`/${[process, side, step, encodeURIComponent(cdpId)].join("/")}`, resolve);
        return promise;
      });
      const timer = setTimeout(() => {
        const missing = [...armed.keys()].map(decodeURIComponent).join(", ");
        late.reject(new Error(`nobody came to ${missing} within ${WITHIN_MS / 1_000} s`));
      }, WITHIN_MS);
      const standing = Promise.race([Promise.all(arrivals), late.promise])
        .finally(() => clearTimeout(timer))
        .then(() => {});
      // It may be awaited later: that it rejects before is told then.
      standing.catch(() => {});
      return standing;
    },
    letGo() {
      armed.clear();
      for (const response of held.splice(0)) response.end();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
