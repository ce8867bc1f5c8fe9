import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOCAL_AWS } from "../src/aws/names.ts";
import { type RunningStack, startRunningStack } from "./running-stack.ts";
import { formsOfKey, formsOfText } from "./secret-forms.ts";
import { until } from "./until.ts";

const CALM = new AbortController().signal;
const CDPS = 60;
/** Of a kind that is found again, which the local stack's own are not. */
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "AKIATESTONLY00000000",
  AWS_SECRET_ACCESS_KEY: `secret/${randomBytes(20).toString("hex")}+x`,
  AWS_SESSION_TOKEN: `token/${randomBytes(30).toString("hex")}+x`,
};

let stack: RunningStack;
/** Everything the processes of a run wrote, by where it was written. */
const written = new Map<string, string>();

async function collectFiles(): Promise<void> {
  const { path, keyFile } = stack.folder;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && file !== keyFile) written.set(file, await readFile(file, "latin1"));
  }
}

/** What the columns of the snapshots hold, which their files hold compressed. */
async function collectSnapshots(): Promise<void> {
  const database = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await database.connect();
  const files = join(stack.folder.s3, LOCAL_AWS.dataBucket, "snapshots/**/*.parquet");
  const rows = await connection.runAndReadAll(`SELECT CAST(t AS VARCHAR) FROM '${files}' AS t`);
  written.set("snapshots", rows.getRows().flat().join("\n"));
  connection.closeSync();
  database.closeSync();
}

async function tableAsText(): Promise<string> {
  const { region, accessKeyId, secretAccessKey, stateTable } = LOCAL_AWS;
  const client = new DynamoDBClient({
    ...{ region, credentials: { accessKeyId, secretAccessKey } },
    endpoint: stack.endpoints.dynamodbUrl,
  });
  const pages: unknown[] = [];
  for await (const { Items } of paginateScan({ client }, { TableName: stateTable })) {
    pages.push(Items);
  }
  client.destroy();
  return JSON.stringify(pages);
}

beforeAll(async () => {
  // Everything there is to say, and errors enough to say it of.
  const variables = { LOG_LEVEL: "trace", ...CREDENTIALS };
  stack = await startRunningStack(CDPS, undefined, { variables });
  await stack.control.crash("0.25", CALM);
  await stack.believePrices();
  await stack.setFaults({
    errorRate: 0.1,
    timeoutRate: 0.05,
    submitLossRate: 0.5,
    commitDelayMs: 1_000,
  });
  const round = stack.round(CDPS);
  // What is signed and not final is in the table for a moment only.
  await until(async () => {
    written.set("table", await tableAsText());
    return written.get("table")?.includes("payloadHex");
  });
  await round;
  written.set("table at the end", await tableAsText());
  await Promise.all([collectFiles(), collectSnapshots()]);
}, 300_000);

afterAll(() => stack.stop());

/** Where any of the forms of a secret was written. */
const placesOf = (forms: readonly string[]) =>
  [...written].filter(([, text]) => forms.some((form) => text.includes(form))).map(([at]) => at);

describe("everything that the processes of a run wrote", () => {
  test("is all there: what each said, outcomes, snapshots and the table", () => {
    const said = (name: string) => written.get(stack.folder.logFile(name)) ?? "";
    expect(said("dispatcher")).toContain('"message":"');
    expect(said("indexer-1")).toContain('"message":"batch scanned"');
    expect(said("liquidator-1")).toContain('"ending":"liquidated"');
    expect(said("liquidator-1")).toContain('"level":"debug"');
    expect(said("liquidator-1")).toContain("submission got no clear answer");
    expect([...written.keys()].some((at) => at.includes("/outcomes/"))).toBe(true);
    expect(written.get("snapshots")).toContain("#1#");
    expect(written.get("table")).toContain("payloadHex");
  });

  test("holds the private key in no form", () => {
    expect(placesOf(formsOfKey(stack.folder.privateKeyHex))).toEqual([]);
  });

  test("holds neither secret of AWS in any form", () => {
    expect(placesOf(formsOfText(CREDENTIALS.AWS_SECRET_ACCESS_KEY))).toEqual([]);
    expect(placesOf(formsOfText(CREDENTIALS.AWS_SESSION_TOKEN))).toEqual([]);
  });
});

describe("a secret is found", () => {
  const key = randomBytes(32);
  const found = (text: string, forms: readonly string[]) =>
    forms.some((form) => text.includes(form));

  test.each([
    ["as hex", key.toString("hex")],
    ["as hex of a cut-off line", key.toString("hex").slice(0, 40)],
    ["as upper-case hex", key.toString("hex").toUpperCase()],
    ["as base64", key.toString("base64")],
    ["as base64url", key.toString("base64url")],
    ["as JSON of a typed array", JSON.stringify([...key])],
    ["as JSON of a buffer", JSON.stringify(key)],
    ["as an inspected buffer", inspect(key)],
    ["as an inspected typed array", [...key].join(", ")],
    ["as a decimal number", BigInt(`0x${key.toString("hex")}`).toString()],
  ])("of a key, %s", (_how, text) => {
    expect(found(`before ${text} after`, formsOfKey(key.toString("hex")))).toBe(true);
  });

  test.each([
    ["as it is", (secret: string) => secret],
    ["in a URL", encodeURIComponent],
    ["as base64", (secret: string) => Buffer.from(secret).toString("base64")],
    ["as hex", (secret: string) => Buffer.from(secret).toString("hex")],
  ])("of text, %s", (_how, write) => {
    const secret = CREDENTIALS.AWS_SESSION_TOKEN;
    expect(found(`before ${write(secret)} after`, formsOfText(secret))).toBe(true);
  });
});
