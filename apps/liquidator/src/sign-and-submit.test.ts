import { parseDecimal } from "@weft/protocol";
import { expect, it } from "vitest";
import { sampleCandidate } from "../test/sample-candidate.ts";
import { type SignAndSubmitDeps, type SignRequest, signAndSubmit } from "./sign-and-submit.ts";

const signal = new AbortController().signal;

const request: SignRequest = {
  candidate: sampleCandidate,
  fence: 3,
  attempt: 4,
  ready: {
    kind: "ready",
    account: "account_sim1treasury",
    manifest: "MANIFEST",
    nonce: 7,
    startEpochInclusive: 100,
    endEpochExclusive: 102,
    plan: {
      kind: "plan",
      funding: "inventory",
      repay: {
        resource: "resource_sim1debt",
        amount: parseDecimal("72"),
        valueXrd: parseDecimal("72"),
      },
      seize: [],
      profitXrd: parseDecimal("4"),
    },
    pricesXrd: { resource_sim1debt: "1" },
  },
  liquidationLtvBefore: "1.2",
  receivedAtMs: Date.parse("2026-11-20T21:55:04Z"),
};

function setUp(change: Partial<SignAndSubmitDeps> = {}) {
  const events: string[] = [];
  const deps: SignAndSubmitDeps = {
    build: ({ nonce }) => {
      events.push(`build nonce ${nonce}`);
      return Promise.resolve({ intentHash: "txid_sim1abc", payloadHex: "4d22" });
    },
    recordSigned: ({ fence, attempt }) => {
      events.push(`record signed ${attempt.attempt} ${attempt.payloadHex} under fence ${fence}`);
      return Promise.resolve();
    },
    submit: (payloadHex) => {
      events.push(`submit ${payloadHex}`);
      return Promise.resolve();
    },
    wallMs: () => 42,
    ...change,
  };
  return { events, run: () => signAndSubmit(request, deps, signal) };
}

it("writes the signed transaction down before it is submitted", async () => {
  const { events, run } = setUp();
  const signed = await run();
  expect(events).toEqual(["build nonce 7", "record signed 4 4d22 under fence 3", "submit 4d22"]);
  expect(signed).toMatchObject({
    intentHash: "txid_sim1abc",
    endEpochExclusive: 102,
    submittedAtMs: 42,
  });
  expect(JSON.parse(signed.plan)).toEqual({
    liquidationLtvBefore: "1.2",
    funding: "inventory",
    account: "account_sim1treasury",
    pricesXrd: { resource_sim1debt: "1" },
    cdpFingerprint: "0011223344556677",
    queuedAt: "2026-11-20T21:55:03.000Z",
    receivedAt: "2026-11-20T21:55:04.000Z",
    traceId: "0123456789abcdef0123456789abcdef",
  });
});

it("submits nothing that it could not write down", async () => {
  const { events, run } = setUp({ recordSigned: () => Promise.reject(new Error("lease lost")) });
  await expect(run()).rejects.toThrow("lease lost");
  expect(events).toEqual(["build nonce 7"]);
});
