import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import type { SignedAttempt } from "./attempt-record.ts";
import type { OpenAttempt } from "./attempt-store.ts";
import { createAttemptStore } from "./create-attempt-store.ts";
import { startStateServer } from "./testing/state-server.ts";

const { signal } = new AbortController();
const signed = (attempt: number): SignedAttempt => ({
  attempt,
  runId: "20261120T215500Z",
  intentHash: `txid_${attempt}`,
  payloadHex: "4d22",
  startEpochInclusive: 100,
  endEpochExclusive: 102,
  plan: '{"repay":"1.5"}',
  signedAtMs: 5_000,
});

test("all attempts without an end are listed, an unreadable item last and by name", async () => {
  const alone = await startStateServer();
  try {
    const attempts = createAttemptStore(alone);
    for (const id of ["#3#", "#4#", "#5#"]) {
      await attempts.acquireLease({ cdpId: id, owner: "a", nowMs: 10_000, leaseMs: 1_000 }, signal);
    }
    for (const id of ["#3#", "#5#"]) {
      await attempts.recordSigned({ cdpId: id, fence: 1, attempt: signed(0) }, signal);
    }
    const found: OpenAttempt[] = [];
    for await (const open of attempts.listUnfinal(signal)) found.push(open);
    found.sort((a, b) => (a.cdpId < b.cdpId ? -1 : 1));
    expect(found).toEqual([
      {
        cdpId: "#3#",
        unfinal: { ...signed(0), submittedAtMs: null },
        leaseOwner: "a",
        leaseUntilMs: 11_000,
      },
      {
        cdpId: "#5#",
        unfinal: { ...signed(0), submittedAtMs: null },
        leaseOwner: "a",
        leaseUntilMs: 11_000,
      },
    ]);
    await alone.dynamo.send(
      new PutItemCommand({
        TableName: alone.table,
        Item: {
          pk: { S: "CDP#9" },
          sk: { S: "STATE" },
          fence: { S: "one" },
          leaseOwner: { S: "a" },
          leaseUntilMs: { N: "1" },
          leaseToken: { S: "t" },
          nextAttempt: { N: "0" },
          unfinal: { M: {} },
        },
      }),
    );
    const readable: string[] = [];
    await expect(
      (async () => {
        for await (const open of attempts.listUnfinal(signal)) readable.push(open.cdpId);
      })(),
    ).rejects.toMatchObject({
      code: "stored_value_invalid",
      disposition: "park",
      message: expect.stringMatching(/^CDP#9: fence\.N: .*unfinal\.M\.attempt: /),
    });
    expect(readable.sort()).toEqual(["#3#", "#5#"]);
  } finally {
    await alone.close();
  }
});
