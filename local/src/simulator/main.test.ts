import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { GatewayApiClient } from "@radixdlt/babylon-gateway-api-sdk";
import { afterEach, describe, expect, it } from "vitest";
import { ADDRESSES } from "./ledger/addresses.ts";
import { createTestWallet, liquidationManifest } from "./ledger/test-wallet.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const children: ChildProcess[] = [];

const start = (env: Record<string, string>) => {
  const child = spawn(process.execPath, [MAIN], {
    env: { SIMULATOR_CDPS: "40", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stderr }));
  const firstLine = once(createInterface(child.stdout), "line").then(([line]) => String(line));
  return { child, ended, firstLine };
};

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "close");
    }
  }
});

describe("the simulator's process", () => {
  it("says where it listens, serves, and ends with 0 when told to, though a request is held back", async () => {
    const { child, ended, firstLine } = start({ SIMULATOR_LATENCY_MS: "60000" });
    const { event, url } = JSON.parse(await firstLine) as { event: string; url: string };
    expect(event).toBe("listening");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const faults = await fetch(`${url}/control/faults`);
    expect(await faults.json()).toMatchObject({ latencyMs: 60_000, commitDelayMs: 300 });

    const held = fetch(`${url}/status/gateway-status`, { method: "POST" }).catch(
      () => "broken off",
    );
    await expect
      .poll(async () => {
        const counts = (await (await fetch(`${url}/control/requests`)).json()) as { reads: number };
        return counts.reads;
      })
      .toBe(1);
    child.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, stderr: "" });
    expect(await held).toBe("broken off");
  });

  it("ends with 1 when two intents of one CDP were unfinal together, whoever asks or not", async () => {
    const { child, ended, firstLine } = start({ SIMULATOR_COMMIT_DELAY_MS: "60000" });
    const { url } = JSON.parse(await firstLine) as { url: string };
    const client = GatewayApiClient.initialize({ basePath: url, applicationName: "test" });
    const { ledger_state } = await client.transaction.innerClient.transactionConstruction();
    const wallet = await createTestWallet();
    const manifest = liquidationManifest({
      account: wallet.account,
      cdpId: "#1#",
      payment: { resource: ADDRESSES.xrd, amount: "5" },
    });
    for (const nonce of [1, 2]) {
      const { hex } = await wallet.sign({ manifest, nonce, startEpoch: ledger_state.epoch });
      await client.transaction.innerClient.transactionSubmit({
        transactionSubmitRequest: { notarized_transaction_hex: hex },
      });
    }
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^simulator: two intents of one CDP were unfinal together: #1#, txid_\w+ and txid_\w+; 0 more such pairs\n$/,
    );
  });

  it("names every wrong variable at once and ends with 1", async () => {
    const { code, stderr } = await start({
      SIMULATOR_PORT: "65536",
      SIMULATOR_CDPS: "many",
      SIMULATOR_SEED: "",
    }).ended;
    expect(code).toBe(1);
    expect(stderr.split("\n").map((line) => line.split(":")[0])).toEqual([
      "bad environment",
      "  SIMULATOR_PORT",
      "  SIMULATOR_CDPS",
      "",
    ]);
  });

  it("says in one line that its port is in use and ends with 1", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    expect(await start({ SIMULATOR_PORT: String(port) }).ended).toEqual({
      code: 1,
      stderr: `simulator: port ${port} on 127.0.0.1 is in use; set SIMULATOR_PORT to another, or to 0 for a free one\n`,
    });
    other.close();
  });
});
