import { AppError, type Logger } from "@weft/runtime";

/** What the ledger says of the CDP resource in one request. */
export interface Population {
  /** Ids ever minted, burned ones included. */
  readonly totalCount: number;
  /** The ids minted first, at least one unless there is none at all. */
  readonly firstIds: readonly string[];
}

/** How the ids of a run are made, and how many there are. */
export type Survey = { readonly expected: number } & (
  | { readonly kind: "consecutive"; readonly first: number }
  | { readonly kind: "listed"; readonly ids: readonly string[] }
);

/** Everything is read at the same pinned state. */
export interface SurveyDeps {
  /** Which of the ids were ever minted. */
  readonly mintedAmong: (
    ids: readonly string[],
    signal: AbortSignal,
  ) => Promise<ReadonlySet<string>>;
  /** Every id ever minted, page by page. */
  readonly readIds: (signal: AbortSignal) => AsyncIterable<readonly string[]>;
  readonly log: Logger;
}

const INTEGER_ID = /^#(0|[1-9]\d{0,14})#$/;

/**
 * Finds out how the ids are made. Integers in mint order without a gap need no listing: the id at the end must exist
 * and the one after it must not, which one request tells. Where that does not hold, the ids are paged through.
 */
export async function surveyCdps(
  { totalCount, firstIds }: Population,
  deps: SurveyDeps,
  signal: AbortSignal,
): Promise<Survey> {
  if (totalCount === 0) return { kind: "consecutive", first: 0, expected: 0 };
  const firstId = firstIds[0] ?? "";
  const digits = INTEGER_ID.exec(firstId)?.[1];
  if (digits !== undefined) {
    const first = Number(digits);
    const [last, next] = [`#${first + totalCount - 1}#`, `#${first + totalCount}#`];
    const minted = await deps.mintedAmong([last, next], signal);
    if (minted.has(last) && !minted.has(next)) {
      return { kind: "consecutive", first, expected: totalCount };
    }
  }
  deps.log.warn({ firstId, totalCount }, "ids are not consecutive integers, listing them");
  const ids = await listCdpIds(deps.readIds(signal));
  return { kind: "listed", ids, expected: ids.length };
}

/**
 * Every id, in mint order.
 *
 * @throws {AppError} `foreign_cdp_id` (park) when one is not an integer: no message can carry it
 */
export async function listCdpIds(pages: AsyncIterable<readonly string[]>): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pages) {
    for (const id of page) {
      if (!INTEGER_ID.test(id)) {
        throw new AppError("foreign_cdp_id", `a CDP has the id ${id}, which is not an integer`, {
          disposition: "park",
        });
      }
      ids.push(id);
    }
  }
  return ids;
}
