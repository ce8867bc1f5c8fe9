import { RunFailure } from "./failure.ts";

/** A public Gateway that has not answered by then is taken as out of reach; milliseconds. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * Asks each Gateway for its status once, before anything is started.
 * @throws {RunFailure} when none of them answers: naming each URL and why
 */
export async function checkGateways(
  urls: readonly string[],
  signal: AbortSignal,
  answerWithinMs: number = ANSWER_WITHIN_MS,
): Promise<void> {
  const faults = await Promise.all(urls.map((url) => faultOf(url, signal, answerWithinMs)));
  signal.throwIfAborted();
  if (faults.some((fault) => fault === null)) return;
  const lines = urls.map((url, index) => `  ${url}: ${faults[index]}`);
  throw new RunFailure(
    `no Radix Gateway can be reached:\n${lines.join("\n")}\nCheck this machine's network. \`npm start\` alone needs none.`,
  );
}

async function faultOf(
  url: string,
  signal: AbortSignal,
  answerWithinMs: number,
): Promise<string | null> {
  try {
    const response = await fetch(`${url}/status/gateway-status`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    });
    await response.arrayBuffer();
    return response.ok ? null : `answered ${response.status}`;
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") {
      return `no answer within ${answerWithinMs / 1_000} s`;
    }
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
