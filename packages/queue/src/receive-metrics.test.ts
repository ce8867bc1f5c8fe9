import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { createReceiveMetrics } from "./receive-metrics.ts";

test("every end of a message is a counter from the first moment, and failed receives are counted by code", async () => {
  const registry = new Registry();
  const { onEnd, onReceiveFailed } = createReceiveMetrics("indexer", registry);
  onEnd("done");
  onEnd("done");
  onEnd("lost");
  onReceiveFailed?.("unexpected");
  const lines = (await registry.metrics()).split("\n").filter((line) => /^indexer/.test(line));
  expect(lines).toEqual([
    'indexer_messages_total{end="done"} 2',
    'indexer_messages_total{end="retry"} 0',
    'indexer_messages_total{end="park"} 0',
    'indexer_messages_total{end="lost"} 1',
    'indexer_messages_total{end="unstarted"} 0',
    'indexer_messages_total{end="unanswered"} 0',
    'indexer_receive_failures_total{code="unexpected"} 1',
  ]);
});
