import { AppError, createLogger } from "@weft/runtime";
import type { AttemptRecord } from "@weft/store";
import { describe, expect, it } from "vitest";
import { sampleCandidate } from "../test/sample-candidate.ts";
import { type HandleCandidateDeps, handleCandidate } from "./handle-candidate.ts";

const signal = new AbortController().signal;

const body = JSON.stringify(sampleCandidate);

const emptyRecord: AttemptRecord = {
  nextAttempt: 0,
  unfinal: null,
  lastFinal: null,
  quarantine: null,
  failedDelivery: null,
};

function setUp(change: Partial<HandleCandidateDeps> = {}) {
  const observed: string[] = [];
  const lines: { level: string; message: string }[] = [];
  const worked: string[] = [];
  const deps: HandleCandidateDeps = {
    acquireLease: () =>
      Promise.resolve({
        kind: "acquired",
        fence: 3,
        askedMs: 0,
        record: emptyRecord,
      }),
    workUnderLease: ({ candidate, fence }) => {
      worked.push(`${candidate.cdpId} under fence ${fence}`);
      return Promise.resolve();
    },
    wallMs: () => 0,
    ledgerNowMs: () => Promise.resolve(Date.parse(sampleCandidate.expiresAt)),
    observe: (code) => observed.push(code),
    log: createLogger({
      app: "liquidator",
      version: "0",
      level: "info",
      destination: { write: (line: string) => lines.push(JSON.parse(line)) },
    }),
    ...change,
  };
  const handle = (text: string) =>
    handleCandidate({ body: text, messageId: "m-1", receiveCount: 1 }, signal, deps);
  return { handle, observed, lines, worked };
}

describe("handleCandidate", () => {
  it("works on the position under its lease, and the message is done", async () => {
    const { handle, worked } = setUp();
    expect(await handle(body)).toBe("done");
    expect(worked).toEqual(["#1006# under fence 3"]);
  });

  it.each([
    ["text that is not JSON", "not json"],
    ["JSON of another kind", '{"version":1,"kind":"index-batch"}'],
    ["a version from the future", body.replace('"version":1', '"version":2')],
    ["an unknown field", body.replace('"version":1', '"version":1,"extra":1')],
  ])("parks %s without touching the table", async (_what, text) => {
    const { handle, observed, lines } = setUp({
      acquireLease: () => Promise.reject(new Error("must not be asked")),
    });
    expect(await handle(text)).toBe("park");
    expect(observed).toEqual(["malformed_candidate"]);
    expect(lines[0]).toMatchObject({ level: "error", message: "malformed candidate" });
  });

  it("hands the message back while another worker holds the position", async () => {
    const { handle, worked } = setUp({
      acquireLease: () => Promise.resolve({ kind: "held", owner: "other", untilMs: 5 }),
    });
    expect(await handle(body)).toBe("retry");
    expect(worked).toEqual([]);
  });

  it.each([
    ["retry", new AppError("stale_head", "old", { disposition: "retry" })],
    [
      { verdict: "park", reason: "transaction_invalid" },
      new AppError("transaction_invalid", "bad", { disposition: "park" }),
    ],
    ["retry", new Error("anything else")],
  ])("a failure is a verdict: %j", async (verdict, error) => {
    const { handle, lines } = setUp({ workUnderLease: () => Promise.reject(error) });
    expect(await handle(body)).toEqual(verdict);
    expect(lines[0]).toMatchObject({ level: "error", message: "attempt failed" });
  });

  it("does not call for a person when finality only takes longer", async () => {
    const { handle, lines } = setUp({
      workUnderLease: () =>
        Promise.reject(new AppError("finality_pending", "wait", { disposition: "retry" })),
    });
    expect(await handle(body)).toBe("retry");
    expect(lines[0]?.level).toBe("info");
  });

  it("a message need not live until a ledger that stands still goes on: the reconciler finishes the attempt", async () => {
    const { handle, lines } = setUp({
      workUnderLease: () =>
        Promise.reject(new AppError("finality_overdue", "wait", { disposition: "retry" })),
    });
    expect(await handle(body)).toBe("done");
    expect(lines[0]?.level).toBe("info");
  });

  it("a candidate that expires while another holds the position says nothing any more", async () => {
    const { handle, observed } = setUp({
      acquireLease: () => Promise.resolve({ kind: "held", owner: "other", untilMs: 5 }),
      ledgerNowMs: () => Promise.resolve(Date.parse(sampleCandidate.expiresAt) + 1),
    });
    expect(await handle(body)).toBe("done");
    expect(observed).toEqual(["expired_while_held"]);
  });

  const failingAfter = (messageId: string, failures: number, error: unknown) =>
    setUp({
      acquireLease: () =>
        Promise.resolve({
          kind: "acquired",
          askedMs: 0,
          fence: 3,
          record: { ...emptyRecord, failedDelivery: { messageId, failures } },
        }),
      workUnderLease: () => Promise.reject(error),
    });

  it.each([
    ["m-1", 8, "retry"],
    ["m-1", 9, { verdict: "park", reason: "unexpected" }],
    ["m-0", 9, "retry"],
  ])(
    "after a failure of its own, with %s having failed %i times before: %j",
    async (messageId, failures, answer) => {
      const { handle } = failingAfter(messageId, failures, new Error("a defect"));
      expect(await handle(body)).toEqual(answer);
    },
  );

  it.each(["gateway_timeout", "treasury_short", "paused", "lease_lost", "state_table_failed"])(
    "%s is no failure of the message, however often",
    async (code) => {
      const error = new AppError(code, "text", { disposition: "retry" });
      const { handle } = failingAfter("m-1", 1_000, error);
      expect(await handle(body)).toBe("retry");
    },
  );
});
