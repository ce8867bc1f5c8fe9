/** A number we build for, and whether it was met. */
export interface Target {
  readonly name: string;
  readonly measured: number;
  readonly bound: "at most" | "at least";
  readonly limit: number;
  readonly met: boolean;
}

export const atMost = (name: string, measured: number, limit: number): Target => ({
  ...{ name, measured, bound: "at most", limit },
  met: measured <= limit,
});

export const atLeast = (name: string, measured: number, limit: number): Target => ({
  ...{ name, measured, bound: "at least", limit },
  met: measured >= limit,
});

/** One line for a person. */
export function describeTarget({ name, measured, bound, limit, met }: Target): string {
  return `${met ? "met   " : "MISSED"} ${name}: ${measured}, ${bound} ${limit}`;
}
