import { describe, expect, it } from "vitest";
import { createOutageWatch, outageClassOf } from "./outage-watch.ts";

/** A watch on a clock that moves by hand, without jitter. */
function setUp() {
  const clock = { nowMs: 0 };
  const told: string[] = [];
  const tell = (fields: object, message: string) =>
    told.push(`${message} ${Object.values(fields)[0]}`);
  const watch = createOutageWatch({
    nowMs: () => clock.nowMs,
    random: () => 1,
    log: { error: tell, info: tell } as never,
  });
  const failOver = (count: number, code = "treasury_short") => {
    for (let id = 1; id <= count; id += 1) watch.failed(code, `#${id}#`);
  };
  return { watch, clock, told, failOver };
}

describe("outageClassOf", () => {
  it.each([
    ["gateway_unavailable", "ledger"],
    ["gateway_rate_limited", "ledger"],
    ["stale_head", "ledger"],
    ["terms_stale", "ledger"],
    ["state_table_failed", "storage"],
    ["object_store_failed", "storage"],
    ["treasury_short", "treasury"],
    ["spend_ceiling", "treasury"],
    ["signer_refused", "signer"],
    ["signer_unavailable", "signer"],
    ["unexpected", "unexpected"],
    ["paused", undefined],
    ["holding_fire", undefined],
    ["stopping", undefined],
    ["inventory_short", undefined],
    ["finality_overdue", undefined],
    ["lease_held", undefined],
    ["expired_while_held", undefined],
  ])("%s is a failure of the class %s", (code, kind) => {
    expect(outageClassOf(code)).toBe(kind);
  });
});

describe("the outage watch", () => {
  it("opens at the fifth CDP that fails alike, and tells of it once", () => {
    const { watch, told, failOver } = setUp();
    failOver(4);
    expect(watch.admits()).toBe(Number.POSITIVE_INFINITY);
    expect(watch.because).toBe(null);
    watch.failed("treasury_short", "#5#");
    watch.failed("treasury_short", "#6#");
    expect(watch.admits()).toBe(0);
    expect(watch.because).toBe("treasury");
    expect(told).toEqual(["receiving paused: many positions fail alike treasury"]);
  });

  it("goes on receiving while others hold the leases of many CDPs", () => {
    const { watch, failOver } = setUp();
    failOver(20, "lease_held");
    failOver(20, "expired_while_held");
    expect(watch.admits()).toBe(Number.POSITIVE_INFINITY);
  });

  it("one event that many waited for together is one failure", () => {
    const { watch } = setUp();
    const event = new Error("the table does not answer");
    for (let id = 1; id <= 20; id += 1) watch.failed("state_table_failed", `#${id}#`, event);
    expect(watch.because).toBe(null);
    for (let id = 21; id <= 24; id += 1)
      watch.failed("state_table_failed", `#${id}#`, new Error("again"));
    expect(watch.because).toBe("storage");
  });

  it.each(["lease_held", "expired_while_held"])(
    "a trial that ends with %s tried nothing: the next comes at once",
    (code) => {
      const { watch, clock, failOver } = setUp();
      failOver(5);
      clock.nowMs = 5_000;
      expect(watch.admits()).toBe(1);
      expect(watch.admits()).toBe(0);
      watch.failed(code, "#1#");
      expect(watch.admits()).toBe(1);
    },
  );

  it("one CDP that fails for ever stops nobody else", () => {
    const { watch } = setUp();
    for (let time = 0; time < 100; time += 1) watch.failed("gateway_timeout", "#1#");
    expect(watch.because).toBe(null);
  });

  it("four fail in each of three ways: that is no one thing", () => {
    const { watch, failOver } = setUp();
    for (const code of ["treasury_short", "stale_head", "unexpected"]) failOver(4, code);
    expect(watch.because).toBe(null);
  });

  it("two codes of one class are one outage", () => {
    const { watch } = setUp();
    for (const id of [1, 2, 3]) watch.failed("gateway_timeout", `#${id}#`);
    for (const id of [4, 5]) watch.failed("stale_head", `#${id}#`);
    expect(watch.because).toBe("ledger");
  });

  it("a CDP that is judged disproves an outage of the ledger, not one of the treasury", () => {
    const { watch, failOver } = setUp();
    failOver(4, "treasury_short");
    failOver(4, "stale_head");
    watch.progressed("judged");
    watch.failed("stale_head", "#9#");
    expect(watch.because).toBe(null);
    watch.failed("treasury_short", "#9#");
    expect(watch.because).toBe("treasury");
  });

  it("a signature disproves every outage", () => {
    const { watch, failOver } = setUp();
    failOver(4);
    watch.progressed("signed");
    failOver(4);
    expect(watch.because).toBe(null);
  });

  it("failures ten minutes apart are no outage", () => {
    const { watch, clock, failOver } = setUp();
    failOver(4);
    clock.nowMs = 600_001;
    watch.failed("treasury_short", "#5#");
    expect(watch.because).toBe(null);
  });

  it("lets one message through after a while, and then ever more rarely up to once a minute", () => {
    const { watch, clock, failOver } = setUp();
    failOver(5);
    const trials: number[] = [];
    for (; clock.nowMs <= 300_000; clock.nowMs += 1_000) {
      if (watch.admits() === 0) continue;
      trials.push(clock.nowMs / 1_000);
      watch.failed("treasury_short", "#1#");
    }
    expect(trials).toEqual([5, 15, 35, 75, 135, 195, 255]);
  });

  it("what was under way when it opened does not postpone the first trial", () => {
    const { watch, clock, failOver } = setUp();
    failOver(30);
    clock.nowMs = 5_000;
    expect(watch.admits()).toBe(1);
  });

  it("opens fully once a trial is signed, and tells of it", () => {
    const { watch, clock, told, failOver } = setUp();
    failOver(5);
    clock.nowMs = 5_000;
    expect(watch.admits()).toBe(1);
    watch.progressed("signed");
    expect(watch.admits()).toBe(Number.POSITIVE_INFINITY);
    expect(told.at(-1)).toBe("receiving again treasury");
  });

  it("a trial on a CDP that turns out healthy is followed by the next at once", () => {
    const { watch, clock, failOver } = setUp();
    failOver(5);
    clock.nowMs = 5_000;
    expect(watch.admits()).toBe(1);
    expect(watch.admits()).toBe(0);
    watch.progressed("judged");
    expect(watch.admits()).toBe(1);
    expect(watch.because).toBe("treasury");
  });

  it.each(["treasury_short", "stale_head"])(
    "a trial that is answered from the table is followed by the next at once, and ends no outage: %s",
    (code) => {
      const { watch, clock } = setUp();
      for (let cdp = 1; cdp <= 5; cdp += 1) watch.failed(code, `#${cdp}#`);
      clock.nowMs = 5_000;
      expect(watch.admits()).toBe(1);
      expect(watch.admits()).toBe(0);
      watch.progressed("untried");
      expect(watch.admits()).toBe(1);
      expect(watch.because).not.toBeNull();
    },
  );

  it("what nine CDPs are refused for is their own, what the tenth is refused for too is not", () => {
    const { watch, told } = setUp();
    const common = Array.from({ length: 12 }, (_, id) =>
      watch.isCommon("preview_failed", `#${id}#`),
    );
    expect(common.indexOf(true)).toBe(9);
    expect(told).toHaveLength(1);
    expect(watch.isCommon("cdp_unreadable", "#1#")).toBe(false);
    expect(watch.because).toBe(null);
  });

  it("something signed between shows that it is their own after all", () => {
    const { watch } = setUp();
    for (let id = 0; id < 9; id += 1) watch.isCommon("preview_failed", `#${id}#`);
    watch.progressed("judged");
    expect(watch.isCommon("preview_failed", "#9#")).toBe(true);
    watch.progressed("signed");
    expect(watch.isCommon("preview_failed", "#10#")).toBe(false);
  });
});
