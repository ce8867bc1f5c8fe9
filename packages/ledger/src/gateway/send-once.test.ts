import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SIGNAL } from "../../test/client.ts";
import { type ScriptedGateway, startScriptedGateway } from "../../test/scripted-gateway.ts";
import { sendOnce } from "./send-once.ts";
import { systemTiming } from "./timing.ts";

const PATH = "/state/entity/details";
const HEADERS = { "content-encoding": "gzip" };
const compressed = gzipSync(JSON.stringify({ ledger_state: { state_version: 7 } }));

let gateway: ScriptedGateway;
beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(() => gateway.close());

const send = () =>
  sendOnce(
    { url: gateway.url + PATH, headers: { "content-type": "application/json" }, body: "{}" },
    { timeoutMs: 5_000, timing: systemTiming, signal: SIGNAL },
  );

test("an answer may come compressed, and is asked for so", async () => {
  gateway.on(PATH, { text: compressed, headers: HEADERS });
  expect(await send()).toEqual({ kind: "ok", json: { ledger_state: { state_version: 7 } } });
  expect(gateway.requests[0]?.headers["accept-encoding"]).toBe("gzip");
});

test("a failure may come compressed too", async () => {
  const text = gzipSync(JSON.stringify({ message: "too many", details: { type: "RateLimited" } }));
  gateway.on(PATH, { status: 429, text, headers: { ...HEADERS, "retry-after": "2" } });
  expect(await send()).toMatchObject({
    kind: "fault",
    fault: {
      code: "gateway_rate_limited",
      afterMs: 2_000,
      message: expect.stringContaining("too many"),
    },
  });
});

test("a compressed answer that is cut off is no answer", async () => {
  gateway.on(PATH, { text: compressed.subarray(0, 20), headers: HEADERS });
  expect(await send()).toMatchObject({ kind: "fault", fault: { code: "gateway_unavailable" } });
});
