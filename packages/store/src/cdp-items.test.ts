import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { createAttemptStore } from "./create-attempt-store.ts";

test("a table that does not answer is worth another try, and has a name in logs and metrics", async () => {
  const dynamo = new DynamoDBClient({
    region: "us-east-1",
    endpoint: "http://127.0.0.1:1",
    maxAttempts: 1,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const store = createAttemptStore({ dynamo, table: "state" });
  const released = store.releaseLease({ cdpId: "#1006#", fence: 1 }, new AbortController().signal);
  await expect(released).rejects.toMatchObject({
    code: "state_table_failed",
    disposition: "retry",
    message: "cannot write #1006#",
  });
});
