export interface RecentOptions<T> {
  readonly read: (signal: AbortSignal) => Promise<T>;
  /** How long ago what somebody is given may have been asked for. */
  readonly maxAgeMs: number;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
}

/** What was read a moment ago: many share one read. */
export interface Recent<T> {
  read(): Promise<T>;
  /** For whom what was read is too old; the others get it too. */
  readAnew(): Promise<T>;
  /** What somebody has read otherwise, and asked for at `askedMs`. */
  learn(value: T, askedMs: number): void;
  /** What was read is known to hold no more: who asks next has it read anew. */
  forget(): void;
}

/** One read serves all who ask meanwhile, so it is nobody's to abort; the client's own limits end it. */
const UNABORTED = new AbortController().signal;

export function createRecent<T>({ read, maxAgeMs, nowMs }: RecentOptions<T>): Recent<T> {
  let last: { readonly askedMs: number; readonly value: Promise<T> } | undefined;
  const readAnew = () => {
    const value = read(UNABORTED);
    last = { askedMs: nowMs(), value };
    const forget = () => {
      if (last?.value === value) last = undefined;
    };
    value.catch(forget);
    return value;
  };
  return {
    read() {
      if (last !== undefined && nowMs() - last.askedMs <= maxAgeMs) return last.value;
      return readAnew();
    },
    readAnew,
    learn(value, askedMs) {
      if (last === undefined || askedMs > last.askedMs) {
        last = { askedMs, value: Promise.resolve(value) };
      }
    },
    forget() {
      last = undefined;
    },
  };
}
