/** Gateway requests since the start, whatever became of them. */
interface RequestCounts {
  /** `/state/*` and `/status/*`. */
  readonly reads: number;
  readonly previews: number;
  /** Construction, submit, status and committed-details. */
  readonly transactions: number;
  readonly byPath: Readonly<Record<string, number>>;
}

export interface RequestCounter {
  count(path: string): void;
  counts(): RequestCounts;
}

export function createRequestCounter(): RequestCounter {
  const byPath = new Map<string, number>();
  const sum = (belongs: (path: string) => boolean): number =>
    Array.from(byPath).reduce((total, [path, times]) => (belongs(path) ? total + times : total), 0);
  const isPreview = (path: string): boolean => path === "/transaction/preview";
  return {
    count: (path) => {
      byPath.set(path, (byPath.get(path) ?? 0) + 1);
    },
    counts: () => ({
      reads: sum((path) => path.startsWith("/state/") || path.startsWith("/status/")),
      previews: sum(isPreview),
      transactions: sum((path) => path.startsWith("/transaction/") && !isPreview(path)),
      byPath: Object.fromEntries(Array.from(byPath).toSorted()),
    }),
  };
}
