/** What has to be true before the process may be called ready. */
export interface Readiness<Part extends string> {
  /** The named part answered once. */
  markReady(part: Part): void;
  /** The process is going away: never ready again. */
  markStopping(): void;
  /** The parts still missing, and whether the process is stopping. */
  report(): {
    readonly ready: boolean;
    readonly missing: readonly Part[];
    readonly stopping: boolean;
  };
}

/** Ready once every part has answered, until the process stops. A quiet market or a later outage does not undo it. */
export function createReadiness<Part extends string>(parts: readonly Part[]): Readiness<Part> {
  const missing = new Set(parts);
  let stopping = false;
  return {
    markReady(part) {
      missing.delete(part);
    },
    markStopping() {
      stopping = true;
    },
    report: () => ({ ready: missing.size === 0 && !stopping, missing: [...missing], stopping }),
  };
}
