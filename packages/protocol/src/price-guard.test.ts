import { describe, expect, it } from "vitest";
import { createGuard, HOURS, observe } from "../test/price-guard.ts";
import { parseDecimal } from "./decimal.ts";
import { judgeTipPrice } from "./price-guard.ts";
import { acceptByHand, UNSEEN } from "./price-guard-state.ts";

const QUARTER = 900n;

describe("an observation that is none", () => {
  it.each([
    ["absent", undefined],
    ["zero", observe("0")],
    ["zero", observe("-1")],
    ["too_old", observe("200", -4n * HOURS)],
    ["from_future", observe("200", 61n)],
  ])("is suspect as %s and leaves no trace", (reason, observed) => {
    const guard = createGuard();
    guard.settle("200", -5n * HOURS);
    const before = guard.state;
    expect(guard.at(0n).judge(observed)).toMatchObject({ kind: "suspect", reason });
    expect(guard.state).toBe(before);
  });

  it.each([
    ["a second before it is too old", -4n * HOURS + 1n],
    ["as far in the future as clocks may differ", 60n],
  ])("is one %s", (_title, secondsFromNow) => {
    const guard = createGuard();
    guard.settle("200", -5n * HOURS);
    expect(guard.at(0n).judge(observe("200", secondsFromNow)).kind).toBe("accepted");
  });
});

describe("the first price of an asset", () => {
  it("is believed when a second observation agrees", () => {
    const guard = createGuard();
    expect(guard.judge(observe("200", 0n))).toMatchObject({ reason: "first_seen", base: null });
    expect(guard.judge(observe("209.9", QUARTER))).toEqual({
      kind: "accepted",
      basis: "second_observation",
      price: parseDecimal("209.9"),
    });
  });

  it("waits for a third when the second does not", () => {
    const guard = createGuard();
    guard.judge(observe("200", 0n));
    expect(guard.judge(observe("211", QUARTER))).toMatchObject({ reason: "first_seen" });
    expect(guard.judge(observe("212", 2n * QUARTER)).kind).toBe("accepted");
  });

  it.each([
    ["the same entry", observe("200", 0n)],
    ["another price of the same time", observe("201", 0n)],
    ["a later time of the same transaction", { ...observe("200", 60n), transactionHash: "tx0" }],
    ["an earlier observation", observe("200", -60n)],
  ])("is not confirmed by %s", (_title, again) => {
    const guard = createGuard();
    guard.judge(observe("200", 0n));
    const before = guard.state;
    expect(guard.judge(again)).toMatchObject({ kind: "suspect", reason: "first_seen" });
    expect(guard.state).toBe(before);
  });
});

describe("the band", () => {
  it.each([
    ["240", "accepted"],
    ["240.000000000000000001", "suspect"],
    ["160", "accepted"],
    ["159.999999999999999999", "suspect"],
  ])("of 20 %% around 200 makes %s %s", (price, kind) => {
    const guard = createGuard();
    guard.settle("200", 0n);
    expect(guard.judge(observe(price, QUARTER)).kind).toBe(kind);
  });

  it("lets one wild observation pass by: the next one is compared with what was accepted", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    expect(guard.judge(observe("2000000000", QUARTER))).toMatchObject({
      reason: "implausible",
      base: parseDecimal("200"),
    });
    expect(guard.judge(observe("201", 2n * QUARTER))).toMatchObject({ basis: "within_limits" });
    expect(guard.state.suspect).toBeNull();
  });

  it("never takes two different wild observations for agreement", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    const wild = ["2000000000", "20000", "0.00002", "2000000000"];
    const kinds = wild.map((price, n) => guard.judge(observe(price, BigInt(n + 1) * QUARTER)).kind);
    expect(kinds).toEqual(["suspect", "suspect", "suspect", "suspect"]);
  });
});

describe("what is implausible", () => {
  it.each([
    ["2000", "outside_band"],
    ["2000.000000000000000001", "implausible"],
    ["20", "outside_band"],
    ["19.999999999999999999", "implausible"],
  ])(
    "begins at ten times the last accepted price, and at a tenth of it: %s after 200 is %s",
    (price, reason) => {
      const guard = createGuard();
      guard.settle("200", 0n);
      expect(guard.judge(observe(price, QUARTER))).toMatchObject({ reason });
    },
  );

  it("is believed at no repetition, and forgotten when the price comes back", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    for (let n = 1n; n <= 8n; n += 1n) {
      expect(guard.judge(observe("2000000000", n * QUARTER))).toMatchObject({
        kind: "suspect",
        reason: "implausible",
        base: parseDecimal("200"),
      });
    }
    expect(guard.judge(observe("205", 9n * QUARTER))).toMatchObject({ basis: "within_limits" });
  });

  it("is believed when a reference agrees", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    expect(guard.judge(observe("10", QUARTER)).kind).toBe("suspect");
    expect(guard.judge(observe("10", 2n * QUARTER), "10.05")).toMatchObject({ basis: "reference" });
  });

  it("is believed when an operator vouches for it, and is what the next ones are compared with", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    guard.judge(observe("10", QUARTER));
    guard.state = acceptByHand(guard.state);
    expect(guard.state.accepted?.basis).toBe("operator");
    expect(guard.judge(observe("11", 2n * QUARTER))).toMatchObject({ basis: "within_limits" });
    expect(acceptByHand(guard.state)).toBe(guard.state);
  });
});

describe("a real fall of 40 %", () => {
  it("is believed at the second observation, and calm from then on", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    expect(guard.judge(observe("120", QUARTER))).toMatchObject({ reason: "outside_band" });
    expect(guard.judge(observe("118", 2n * QUARTER))).toMatchObject({
      basis: "second_observation",
    });
    expect(guard.judge(observe("119", 3n * QUARTER))).toMatchObject({ basis: "within_limits" });
    expect(guard.judge(observe("121", 30n * HOURS))).toMatchObject({ basis: "within_limits" });
  });

  it("is believed at once when the reference agrees", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    expect(guard.judge(observe("120", QUARTER), "121")).toMatchObject({ basis: "reference" });
    expect(guard.judge(observe("119", 2n * QUARTER))).toMatchObject({ basis: "within_limits" });
  });

  it("is believed between two observations when the reference comes to agree", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    const fallen = observe("120", QUARTER);
    expect(guard.judge(fallen, null).kind).toBe("suspect");
    expect(guard.judge(fallen, "120")).toMatchObject({ basis: "reference" });
  });
});

describe("a walk in steps under the band", () => {
  /** Decisions on ever further observations, a quarter of an hour apart. */
  function walk(factor: number, steps: number) {
    const guard = createGuard();
    guard.settle("200", -30n * HOURS);
    guard.settle("200", -3n * HOURS);
    guard.settle("200", -90n * 60n);
    guard.settle("200", 0n);
    let price = 200;
    return Array.from({ length: steps }, (_, n) => {
      price *= factor;
      const decision = guard.judge(observe(price.toFixed(6), BigInt(n + 1) * QUARTER));
      return decision.kind === "suspect" ? decision.reason : "accepted";
    });
  }

  it.each([
    [1.15, ["accepted", "accepted", "outside_hour_anchor", "outside_band"]],
    [0.85, ["accepted", "accepted", "outside_hour_anchor", "outside_band"]],
    [1.05, [...Array(6).fill("accepted"), "outside_hour_anchor", "outside_hour_anchor"]],
    [0.94, [...Array(6).fill("accepted"), "outside_hour_anchor"]],
  ])("of %d each is caught by the hour anchor", (factor, expected) => {
    expect(walk(factor, expected.length)).toEqual(expected);
  });

  it.each([1.19, 1.1, 1.05, 1.03, 0.97, 0.9])(
    "of %d is never believed while it goes on",
    (factor) => {
      const decisions = walk(factor, 100);
      const caughtAt = decisions.findIndex((decision) => decision !== "accepted");
      expect(caughtAt).toBeGreaterThan(0);
      expect(decisions.slice(caughtAt)).not.toContain("accepted");
    },
  );

  it("of 1 % is caught by the day anchor", () => {
    const decisions = walk(1.01, 60);
    expect(decisions.findIndex((decision) => decision !== "accepted")).toBe(40);
    expect(decisions[40]).toBe("outside_day_anchor");
  });

  it("is believed once it has come to rest", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    guard.judge(observe("235", QUARTER));
    expect(guard.judge(observe("275", 2n * QUARTER))).toMatchObject({
      reason: "outside_hour_anchor",
    });
    expect(guard.judge(observe("276", 3n * QUARTER)).kind).toBe("suspect");
    expect(guard.judge(observe("275.5", 4n * QUARTER)).kind).toBe("accepted");
  });
});

describe("the anchors", () => {
  it("follow an asset that doubles over a week in calm steps", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    const kinds = Array.from({ length: 7 * 24 }, (_, n) => {
      const hours = BigInt(n + 1);
      return guard.judge(observe((200 * 2 ** ((n + 1) / 168)).toFixed(6), hours * HOURS)).kind;
    });
    expect(new Set(kinds)).toEqual(new Set(["accepted"]));
  });
});

describe("a reference", () => {
  it.each([
    ["202", "accepted"],
    ["202.000000000000000001", "suspect"],
    ["198", "accepted"],
    ["197.999999999999999999", "suspect"],
  ])("of 200 makes an observation of %s %s, whatever the band says", (price, kind) => {
    const guard = createGuard();
    guard.settle("201", 0n);
    expect(guard.judge(observe(price, QUARTER), "200").kind).toBe(kind);
  });

  it("that disagrees is not overruled by any number of observations", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    for (const n of [1n, 2n, 3n]) {
      expect(guard.judge(observe("194", n * QUARTER), "200")).toMatchObject({
        reason: "reference_disagrees",
        base: parseDecimal("200"),
      });
    }
    expect(guard.judge(observe("200", 4n * QUARTER), "200").kind).toBe("accepted");
  });

  it("that is gone leaves what it denounced suspect, and the next observation to the limits", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    const lie = observe("194", QUARTER);
    guard.judge(lie, "200");
    expect(guard.judge(lie)).toMatchObject({ kind: "suspect", reason: "reference_disagrees" });
    expect(guard.judge(observe("195", 2n * QUARTER))).toMatchObject({ basis: "within_limits" });
  });

  it("believes the first price of an asset at once", () => {
    expect(createGuard().judge(observe("200", 0n), "200")).toMatchObject({ basis: "reference" });
  });

  it("that moves on takes nothing back that it agreed with", () => {
    const guard = createGuard();
    const observation = observe("200", 0n);
    guard.judge(observation, "200");
    expect(guard.judge(observation, "190")).toMatchObject({ kind: "accepted", basis: "reference" });
  });

  it("takes back what was accepted without it", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    const lie = observe("194", QUARTER);
    expect(guard.judge(lie).kind).toBe("accepted");
    expect(guard.judge(lie, "200")).toMatchObject({ reason: "reference_disagrees" });
    expect(guard.judge(lie)).toMatchObject({ reason: "reference_disagrees" });
  });
});

describe("what comes late", () => {
  it("is judged by what was accepted since, and moves nothing back", () => {
    const guard = createGuard();
    guard.settle("200", 0n);
    guard.settle("210", QUARTER);
    const before = guard.state;
    expect(guard.judge(observe("205", 60n)).kind).toBe("accepted");
    expect(guard.judge(observe("2", 60n)).kind).toBe("suspect");
    expect(guard.state).toBe(before);
  });
});

describe("a price that the ledger used at its tip", () => {
  const guard = createGuard();
  guard.settle("200", 0n);
  guard.judge(observe("300", QUARTER));
  const { state, limits } = guard;
  const tip = (price: string, reference: string | null = null) => {
    const decision = judgeTipPrice({
      price: parseDecimal(price),
      state,
      reference: reference === null ? null : parseDecimal(reference),
      limits,
    });
    return decision.kind === "accepted" ? decision.basis : decision.reason;
  };

  it.each([
    ["200", null, "second_observation"],
    ["239", null, "within_limits"],
    ["241", null, "outside_band"],
    ["300", null, "outside_band"],
    ["0", null, "zero"],
    ["200", "207", "reference_disagrees"],
    ["206", "207", "reference"],
    ["300", "301", "reference"],
    ["0", "0.0001", "zero"],
  ])("of %s, with %s for a reference, is %s", (price, reference, expected) => {
    expect(tip(price, reference)).toBe(expected);
  });

  it("is suspect while the asset was never seen, or its accepted price denounced", () => {
    const price = parseDecimal("200");
    expect(judgeTipPrice({ price, state: UNSEEN, reference: null, limits })).toMatchObject({
      reason: "first_seen",
    });
    const denounced = createGuard();
    denounced.settle("200", 0n);
    denounced.judge(observe("200", 0n), "207");
    expect(judgeTipPrice({ price, state: denounced.state, reference: null, limits })).toMatchObject(
      { reason: "reference_disagrees" },
    );
  });
});
