import { expect, test } from "vitest";
import { holdMessage } from "./hold-message.ts";
import { createHandMovedTime } from "./testing/hand-moved-time.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a message whose extension hangs is lost when its time-out has run out, not a third later", async () => {
  const time = createHandMovedTime();
  let fail: (error: Error) => void = () => undefined;
  const { lost } = holdMessage({
    extend: () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      }),
    visibilityMs: 60_000,
    nowMs: time.nowMs,
    sleep: time.sleep,
    onExtendFailed: () => undefined,
  });
  time.advance(20_000);
  await settled();
  time.advance(35_000);
  fail(new Error("no answer"));
  await settled();
  time.advance(4_999);
  await settled();
  expect(lost.aborted).toBe(false);
  time.advance(1);
  await settled();
  expect(lost.aborted).toBe(true);
});
