import { parseConfig, type SimulatorConfig } from "./config.ts";
import { createLedger } from "./ledger/ledger.ts";
import { createSimulatorServer } from "./server.ts";

const EXIT_PERMANENT = 1;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(EXIT_PERMANENT);
}

function readConfig(): SimulatorConfig {
  const parsed = parseConfig(process.env);
  return parsed.ok
    ? parsed.config
    : fail(`bad environment:\n${parsed.faults.map((fault) => `  ${fault}`).join("\n")}`);
}

function explain(error: unknown, { host, port }: SimulatorConfig): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "EADDRINUSE"
    ? `simulator: port ${port} on ${host} is in use; set SIMULATOR_PORT to another, or to 0 for a free one`
    : `simulator: cannot listen on ${host}:${port}: ${message}`;
}

async function main(): Promise<void> {
  const config = readConfig();
  const { host, port, cdps, seed, commitDelayMs, latencyMs } = config;
  const ledger = createLedger({ cdps, seed, commitDelayMs, wallNowMs: Date.now });
  const server = createSimulatorServer({ ledger, seed, faults: { latencyMs } });

  const close = () =>
    void server.close().then(
      () => process.exit(0),
      (error: Error) => fail(`simulator: ${error.message}`),
    );
  process.once("SIGTERM", close);
  process.once("SIGINT", close);

  const url = await server
    .listen({ host, port })
    .catch((error: unknown) => fail(explain(error, config)));
  process.stdout.write(`${JSON.stringify({ event: "listening", url })}\n`);
}

await main();
