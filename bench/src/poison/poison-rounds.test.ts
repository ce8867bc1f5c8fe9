import type { Candidate } from "@weft/messages";
import { expect, test } from "vitest";
import { candidatesFor, dealRounds, mixed, roundSizes } from "./poison-rounds.ts";

const candidates = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ cdpId: `#${index}#` }) as Candidate);
const ids = (some: readonly Candidate[]) => some.map(({ cdpId }) => cdpId);

test.each([
  [1_500, 1, { pairs: 4, healthyPerRound: 187, poisonPerRound: 2 }],
  [400, 1, { pairs: 2, healthyPerRound: 100, poisonPerRound: 1 }],
  [200, 1, { pairs: 1, healthyPerRound: 100, poisonPerRound: 1 }],
  [60, 1, { pairs: 1, healthyPerRound: 30, poisonPerRound: 1 }],
  [80, 50, { pairs: 4, healthyPerRound: 10, poisonPerRound: 5 }],
])("%d candidates with %d %% of poison", (count, percent, sizes) => {
  expect(roundSizes(count, percent)).toEqual(sizes);
});

test("rounds go without, with, with, without, and no CDP is in two of them", () => {
  const sizes = { pairs: 2, healthyPerRound: 3, poisonPerRound: 2 };
  expect(candidatesFor(sizes)).toBe(16);
  const rounds = dealRounds(candidates(20), sizes);
  expect(rounds.map(({ poison }) => poison.length)).toEqual([0, 2, 2, 0]);
  expect(rounds.map(({ healthy }) => ids(healthy))).toEqual([
    ["#0#", "#4#", "#8#"],
    ["#1#", "#5#", "#9#"],
    ["#2#", "#6#", "#10#"],
    ["#3#", "#7#", "#11#"],
  ]);
  const poison = rounds.flatMap((round) => round.poison);
  expect(poison.map(({ candidate, kind }) => [candidate.cdpId, kind])).toEqual([
    ["#12#", "failing"],
    ["#13#", "refused"],
    ["#14#", "failing"],
    ["#15#", "refused"],
  ]);
});

test("poison comes evenly between the healthy", () => {
  const [one, two, ...healthy] = candidates(10);
  const poison = [one, two].map((candidate) => ({
    candidate: candidate as Candidate,
    kind: "refused" as const,
  }));
  expect(ids(mixed({ healthy, poison }))).toEqual([
    ...["#2#", "#3#", "#0#", "#4#", "#5#", "#6#", "#7#", "#1#", "#8#", "#9#"],
  ]);
  expect(mixed({ healthy, poison: [] })).toEqual(healthy);
});
