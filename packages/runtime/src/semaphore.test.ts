import { describe, expect, it } from "vitest";
import { createSemaphore } from "./semaphore.ts";

const never = new AbortController().signal;

function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("createSemaphore", () => {
  it("lets no more than its limit run at once and serves waiters in order", async () => {
    const semaphore = createSemaphore(2);
    const gates = [gate(), gate(), gate()];
    const started: number[] = [];
    const work = gates.map(({ opened }, index) =>
      semaphore.run(() => {
        started.push(index);
        return opened;
      }, never),
    );
    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    expect([semaphore.active, semaphore.waiting]).toEqual([2, 1]);
    gates[1]?.open();
    await work[1];
    expect(started).toEqual([0, 1, 2]);
    gates[0]?.open();
    gates[2]?.open();
    await Promise.all(work);
    expect([semaphore.active, semaphore.waiting]).toEqual([0, 0]);
  });

  it("tells those that wait in front from those that wait behind them", async () => {
    const semaphore = createSemaphore(1);
    const { opened, open } = gate();
    const work = [
      semaphore.run(() => opened, never),
      semaphore.run(async () => {}, never, "back"),
      semaphore.run(async () => {}, never, "front"),
    ];
    await Promise.resolve();
    expect([semaphore.waitingInFront, semaphore.waiting]).toEqual([1, 2]);
    open();
    await Promise.all(work);
    expect([semaphore.waitingInFront, semaphore.waiting]).toEqual([0, 0]);
  });

  it("gives the place back when the work fails", async () => {
    const semaphore = createSemaphore(1);
    await expect(semaphore.run(() => Promise.reject(new Error("broke")), never)).rejects.toThrow(
      "broke",
    );
    await expect(semaphore.run(() => Promise.resolve("next"), never)).resolves.toBe("next");
  });

  it("lets a waiter whose signal aborts leave the line without taking a place", async () => {
    const semaphore = createSemaphore(1);
    const first = gate();
    const held = semaphore.run(() => first.opened, never);
    const giveUp = new AbortController();
    const waiting = semaphore.run(() => Promise.resolve("ran"), giveUp.signal);
    giveUp.abort(new Error("stopping"));
    await expect(waiting).rejects.toThrow("stopping");
    first.open();
    await held;
    expect([semaphore.active, semaphore.waiting]).toEqual([0, 0]);
  });

  it("refuses at once when the signal is aborted already", async () => {
    const semaphore = createSemaphore(1);
    const aborted = AbortSignal.abort(new Error("too late"));
    await expect(semaphore.run(() => Promise.resolve(), aborted)).rejects.toThrow("too late");
  });

  it("serves the front of the line before its back", async () => {
    const semaphore = createSemaphore(1);
    const first = gate();
    const started: string[] = [];
    const start = (name: string) => async () => void started.push(name);
    const work = [
      semaphore.run(() => first.opened, never),
      semaphore.run(start("back"), never),
      semaphore.run(start("front"), never, "front"),
    ];
    first.open();
    await Promise.all(work);
    expect(started).toEqual(["front", "back"]);
  });

  it("takes no place away from work that runs when its limit falls, and lets more in when it rises", async () => {
    const semaphore = createSemaphore(2);
    const gates = [gate(), gate(), gate(), gate()];
    const work = gates.map(({ opened }) => semaphore.run(() => opened, never));
    semaphore.resize(1);
    expect([semaphore.active, semaphore.waiting]).toEqual([2, 2]);
    gates[0]?.open();
    await work[0];
    expect([semaphore.active, semaphore.waiting]).toEqual([1, 2]);
    semaphore.resize(3);
    expect([semaphore.active, semaphore.waiting]).toEqual([3, 0]);
    for (const { open } of gates) open();
    await Promise.all(work);
    expect(() => semaphore.resize(0)).toThrow("not 0");
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses a limit of %s and says so", (limit) => {
    expect(() => createSemaphore(limit)).toThrow(`not ${limit}`);
  });
});
