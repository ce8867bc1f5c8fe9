import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createGatewayClient } from "@weft/ledger";
import { finish } from "../finish.ts";
import { parseFlags } from "../flags.ts";
import { atMost } from "../targets.ts";
import { measureTransport } from "./measure-transport.ts";

const EXIT_USAGE = 2;
/** Of the CPU time of the same request by the global `fetch`, which does less: no limits, no retries, no fail-over. */
const RATIO = 0.9;
const IN_FLIGHT = 10;

const flags = parseFlags(process.argv.slice(2), {
  requests: { fallback: 20_000, min: 100, max: 1_000_000 },
});

if (flags.kind === "fault") {
  process.stderr.write(`${flags.message}\n`);
  process.exitCode = EXIT_USAGE;
} else {
  const server = fork(fileURLToPath(new URL("answer.ts", import.meta.url)));
  const port = await new Promise((resolve) => server.once("message", resolve));
  const url = `http://127.0.0.1:${port}`;
  const client = createGatewayClient({
    ...{ baseUrls: [url], applicationName: "bench", applicationVersion: "0" },
    ...{ maxInFlight: IN_FLIGHT, requestsPerSecond: 1_000_000, timeoutMs: 10_000 },
  });
  const { signal } = new AbortController();
  const request: Parameters<typeof client.entityDetails>[0] = {
    addresses: ["account_sim1abc"],
    aggregation_level: "Global",
  };
  const measured = await measureTransport(
    {
      client: () => client.entityDetails(request, signal),
      fetch: async () => {
        const body = JSON.stringify(request);
        const headers = { "content-type": "application/json" };
        const answer = await fetch(`${url}/state/entity/details`, {
          method: "POST",
          headers,
          body,
        });
        JSON.parse(await answer.text());
      },
    },
    { requests: flags.numbers.requests, inFlight: IN_FLIGHT },
  );
  server.disconnect();
  const targets = [atMost("ratio", measured.ratio, RATIO)];
  process.exitCode = finish(
    { ...flags.numbers, inFlight: IN_FLIGHT, ...measured, targets },
    {
      reportFile: flags.reportFile,
      folder: process.env.INIT_CWD ?? process.cwd(),
      write: (text) => void process.stdout.write(text),
    },
  );
}
