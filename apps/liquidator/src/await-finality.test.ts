import type { IntentState } from "@weft/ledger";
import { describe, expect, it } from "vitest";
import { type AwaitFinalityDeps, awaitFinality } from "./await-finality.ts";

const request = { intentHash: "txid_sim1abc", endEpochExclusive: 102 };
const signal = new AbortController().signal;

function status(kind: IntentState["status"], epoch = 100): IntentState {
  return { status: kind, epoch, committedStateVersion: null, errorMessage: null };
}

/** A Gateway that gives these answers one after the other, on a clock that moves by the pauses alone. */
function setUp(answers: readonly IntentState[]) {
  let nowMs = 0;
  let asked = 0;
  let resubmitted = 0;
  const deps: AwaitFinalityDeps = {
    readStatus: () => {
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      if (answer === undefined) throw new Error("no answer left");
      return Promise.resolve(answer);
    },
    resubmit: () => {
      resubmitted += 1;
      return Promise.resolve();
    },
    pace: null,
    pollMs: 1_000,
    patienceMs: 10_000,
    nowMs: () => nowMs,
    sleep: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
  };
  return { deps, counts: () => ({ asked, resubmitted }) };
}

describe("awaitFinality", () => {
  it("ends at a commit, whether the transaction succeeded or not", async () => {
    const success = setUp([status("pending"), status("committed_success")]);
    expect(await awaitFinality(request, success.deps, signal)).toEqual({
      kind: "committed_success",
      detail: "",
    });
    expect(success.counts()).toEqual({ asked: 2, resubmitted: 0 });
    const failure = setUp([{ ...status("committed_failure"), errorMessage: "assertion failed" }]);
    expect(await awaitFinality(request, failure.deps, signal)).toEqual({
      kind: "committed_failure",
      detail: "assertion failed",
    });
  });

  it("looks first when the pace says, and tells it what that found", async () => {
    const { deps, counts } = setUp([status("pending"), status("committed_success")]);
    const told: boolean[] = [];
    const pace = { firstLookMs: 4_000, learn: (wasOver: boolean) => void told.push(wasOver) };
    await awaitFinality(request, { ...deps, pace }, signal);
    expect(deps.nowMs()).toBe(5_000);
    expect(counts().asked).toBe(2);
    expect(told).toEqual([false]);
  });

  it.each(["unknown", "rejected"] as const)(
    "%s is final only in an answer whose own epoch has reached the end epoch",
    async (kind) => {
      const { deps, counts } = setUp([status(kind, 101), status(kind, 102)]);
      expect((await awaitFinality(request, deps, signal)).kind).toBe("rejected");
      expect(counts().asked).toBe(2);
    },
  );

  it("a pending intent is not final even after its end epoch: the commit may be on its way here", async () => {
    const { deps, counts } = setUp([status("pending", 102), status("committed_success", 102)]);
    expect((await awaitFinality(request, deps, signal)).kind).toBe("committed_success");
    expect(counts().asked).toBe(2);
  });

  it("sends the same bytes again once the Gateway has said unknown twice in a row", async () => {
    const { deps, counts } = setUp([
      status("unknown"),
      status("unknown"),
      status("pending"),
      status("unknown"),
      status("committed_success"),
    ]);
    await awaitFinality(request, deps, signal);
    expect(counts()).toEqual({ asked: 5, resubmitted: 1 });
  });

  it("sends them again ever more rarely while the Gateway goes on knowing nothing", async () => {
    const polls = [...Array(47).fill(status("unknown")), status("committed_success")];
    const { deps, counts } = setUp(polls);
    await awaitFinality(request, { ...deps, patienceMs: 60_000 }, signal);
    // After the 2nd, 4th, 8th, 16th and 32nd.
    expect(counts()).toEqual({ asked: 48, resubmitted: 5 });
  });

  it("a status cut short by the stop is no failure, only not final yet", async () => {
    const stop = new AbortController();
    const { deps } = setUp([]);
    const readStatus = () => {
      stop.abort(new Error("received SIGTERM"));
      return Promise.reject(stop.signal.reason);
    };
    const awaited = awaitFinality(request, { ...deps, readStatus }, stop.signal);
    await expect(awaited).rejects.toMatchObject({ code: "finality_pending", disposition: "retry" });
  });

  it("a status that the Gateway does not tell is the Gateway's failure", async () => {
    const { deps } = setUp([]);
    const readStatus = () => Promise.reject(new Error("no connection"));
    const awaited = awaitFinality(request, { ...deps, readStatus }, signal);
    await expect(awaited).rejects.toThrow("no connection");
  });

  it("gives up after its patience and says the intent is not final", async () => {
    const { deps } = setUp([status("pending")]);
    await expect(awaitFinality(request, deps, signal)).rejects.toMatchObject({
      code: "finality_overdue",
      disposition: "retry",
    });
  });

  it("sends what nobody knows again even when the first answer takes up all its patience", async () => {
    const { deps, counts } = setUp([status("unknown")]);
    const readStatus: AwaitFinalityDeps["readStatus"] = async (...asked) => {
      await deps.sleep(50, signal);
      return deps.readStatus(...asked);
    };
    const impatient = { ...deps, readStatus, patienceMs: deps.pollMs };
    await expect(awaitFinality(request, impatient, signal)).rejects.toMatchObject({
      code: "finality_overdue",
    });
    expect(counts()).toEqual({ asked: 2, resubmitted: 1 });
  });

  it("stops asking when the signal aborts", async () => {
    const { deps, counts } = setUp([status("pending")]);
    await expect(awaitFinality(request, deps, AbortSignal.abort())).rejects.toMatchObject({
      code: "finality_pending",
    });
    expect(counts().asked).toBe(0);
  });
});
