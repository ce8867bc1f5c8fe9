import { describe, expect, test } from "vitest";
import { createInFlightLimit, type InFlightLimit } from "./in-flight-limit.ts";

const DATA = "/state/non-fungible/data";
let nowMs = 0;
const answer = (limit: InFlightLimit, times: number, latencyMs: number, path = DATA) => {
  for (let time = 0; time < times; time += 1) {
    limit.answered({ path, startedMs: nowMs, endedMs: nowMs + latencyMs });
    nowMs += latencyMs;
  }
};
const refuse = (limit: InFlightLimit, startedMs: number, endedMs: number) =>
  limit.overloaded({ startedMs, endedMs });

describe("refusals", () => {
  test("halve it, down to one and no further", () => {
    const limit = createInFlightLimit(16);
    const seen = [limit.current];
    for (let round = 1; round <= 6; round += 1) {
      refuse(limit, round * 1_000, round * 1_000 + 10);
      seen.push(limit.current);
    }
    expect(seen).toEqual([16, 8, 4, 2, 1, 1, 1]);
  });

  test("of requests that were under way together halve it once", () => {
    const limit = createInFlightLimit(16);
    for (let request = 0; request < 10; request += 1) refuse(limit, request, 100 + request);
    expect(limit.current).toBe(8);
  });

  test("are made up for by one place per round trip", () => {
    const limit = createInFlightLimit(16);
    refuse(limit, 0, 1);
    refuse(limit, 2, 3);
    answer(limit, 4, 100);
    expect(limit.current).toBe(4);
    answer(limit, 2, 100);
    expect(limit.current).toBe(5);
    answer(limit, 200, 100);
    expect(limit.current).toBe(16);
  });
});

describe("latency", () => {
  test("that nearly triples is borne", () => {
    const limit = createInFlightLimit(16);
    answer(limit, 50, 100);
    answer(limit, 50, 290);
    expect(limit.current).toBe(16);
  });

  test("that rises ten-fold takes away a third of the places within twenty answers", () => {
    const limit = createInFlightLimit(16);
    answer(limit, 50, 100);
    answer(limit, 20, 1_000);
    expect(limit.current).toBe(11);
  });

  test("that stays where it rose to is the new baseline after some hundred answers", () => {
    const limit = createInFlightLimit(16);
    answer(limit, 50, 100);
    answer(limit, 200, 1_000);
    expect(limit.current).toBe(16);
  });

  test("of one slow answer changes nothing", () => {
    const limit = createInFlightLimit(16);
    answer(limit, 50, 100);
    answer(limit, 1, 1_000);
    expect(limit.current).toBe(16);
  });

  test("of milliseconds may rise ten-fold: on this scale it says nothing", () => {
    const limit = createInFlightLimit(16);
    answer(limit, 50, 2);
    answer(limit, 50, 20);
    expect(limit.current).toBe(16);
  });

  test("is compared with that of the same endpoint", () => {
    const limit = createInFlightLimit(16);
    for (let time = 0; time < 50; time += 1) {
      answer(limit, 1, 20, "/transaction/construction");
      answer(limit, 1, 2_000, "/transaction/preview");
    }
    expect(limit.current).toBe(16);
  });

  test("takes away the last place from nobody", () => {
    const limit = createInFlightLimit(2);
    answer(limit, 50, 100);
    answer(limit, 50, 12_000);
    expect(limit.current).toBe(1);
  });
});
