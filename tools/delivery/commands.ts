import type { Command } from "./job.ts";

/**
 * Each loads what it needs when it runs: those that only talk to GitHub hold a token that may write, and need no package
 * installed.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  compare: async () => (await import("./compare.ts")).compare,
  comment: async () => (await import("./comment.ts")).comment,
  image: async () => (await import("./image.ts")).image,
  "foreign-images": async () => (await import("./image.ts")).foreignImages,
  place: async () => (await import("./place.ts")).place,
  turn: async () => (await import("./turn.ts")).turn,
  release: async () => (await import("./release.ts")).release,
  revert: async () => (await import("./release.ts")).revert,
  promote: async () => (await import("./promote.ts")).promote,
  demote: async () => (await import("./promote.ts")).demote,
  smoke: async () => (await import("./smoke.ts")).smoke,
  drift: async () => (await import("./drift.ts")).drift,
  "report-drift": async () => (await import("./report-drift.ts")).reportDrift,
};
