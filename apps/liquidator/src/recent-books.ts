import type { TreasuryBooks } from "@weft/store";

export interface RecentBooksOptions {
  readonly read: (signal: AbortSignal) => Promise<TreasuryBooks>;
  /** How old the books may be that somebody is given. */
  readonly maxAgeMs: number;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
}

/** One read serves all who ask meanwhile, so it is nobody's to abort; the client's own limits end it. */
const UNABORTED = new AbortController().signal;

/**
 * The books as they were a moment ago, for planning: many executors share one read.
 * Old books are safe to plan with, since a reservation is checked against new ones; they only promise too much more often.
 */
export function createRecentBooks({ read, maxAgeMs, nowMs }: RecentBooksOptions) {
  let last: { readonly askedMs: number; readonly books: Promise<TreasuryBooks> } | undefined;
  return (): Promise<TreasuryBooks> => {
    const askedMs = nowMs();
    if (last !== undefined && askedMs - last.askedMs <= maxAgeMs) return last.books;
    const books = read(UNABORTED);
    last = { askedMs, books };
    const forget = () => {
      if (last?.books === books) last = undefined;
    };
    books.catch(forget);
    return books;
  };
}
