/** What a command found out: for machines, and for people. */
export interface Answer {
  /** What `JSON.stringify` takes: amounts and versions are text. */
  readonly value: unknown;
  readonly lines: readonly string[];
  /** What was asked for was done, and found something amiss: the exit code says so. */
  readonly failed?: boolean;
}

/** Rows under their headings, each column as wide as it needs to be. */
export function alignColumns(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? "").length)),
  );
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** An instant as people read it, to the second. */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}
