import { Counter, type Registry } from "prom-client";
import type { ReceiveObserver } from "./receive-loop.ts";
import { MESSAGE_ENDS } from "./work-message.ts";

/** What a receive loop tells, as metrics under the app's name. */
export function createReceiveMetrics(app: string, registry: Registry): ReceiveObserver {
  const registers = [registry];
  const messages = new Counter({
    name: `${app}_messages_total`,
    help: "Messages by how their delivery ended.",
    labelNames: ["end"],
    registers,
  });
  const failures = new Counter({
    name: `${app}_receive_failures_total`,
    help: "Receives that the queue did not answer, whatever the client tried, by the error's code.",
    labelNames: ["code"],
    registers,
  });
  for (const end of MESSAGE_ENDS) messages.inc({ end }, 0);
  return {
    onEnd: (end) => messages.inc({ end }),
    onReceiveFailed: (code) => failures.inc({ code }),
  };
}
