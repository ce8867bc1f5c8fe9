import { setTimeout as sleep } from "node:timers/promises";
import { createLedgerControl } from "../../local/src/start/control.ts";
import { buildImages, deploy, describe, replicas, withSimulator } from "./cluster.ts";
import { assertLoop } from "./loop.ts";

const USAGE = `npm run kind-e2e -- <command>: the whole loop on the kind cluster "weft" (docs/kind.md)
  images     build the images, and load them into its nodes
  deploy     install KEDA and apply dist/kind
  assert     let prices fall, and see the loop do its work
  describe   print what helps to tell why it did not
`;
const REQUEST_TIMEOUT_MS = 10_000;
const PATIENCE_MS = 12 * 60_000;
const POLL_MS = 3_000;
/** Ledger time that goes by before a price is observed anew. */
const OBSERVED_AFTER_SECONDS = 60;

const print = (line: string) => void process.stdout.write(`${line}\n`);

async function assertOnCluster(): Promise<void> {
  await withSimulator(async (url) => {
    const control = createLedgerControl(url);
    const soon = () => AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const loop = {
      audit: () => control.audit(soon()),
      crash: (fraction: string) => control.crash(fraction, soon()),
      observe: () => control.advance(OBSERVED_AFTER_SECONDS, soon()),
      replicas,
    };
    const time = { nowMs: Date.now, sleep: (ms: number) => sleep(ms) };
    await assertLoop(loop, { ...time, patienceMs: PATIENCE_MS, pollMs: POLL_MS, print });
  });
}

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  images: () => buildImages(print),
  deploy: () => deploy(print),
  assert: assertOnCluster,
  describe: () => describe(print),
};

const [name = ""] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  print(USAGE);
  process.exitCode = name === "--help" ? 0 : 1;
} else {
  await command().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
