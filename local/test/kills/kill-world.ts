import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Candidate } from "@weft/messages";
import { sleep } from "@weft/runtime";
import { readOutcomes } from "../../src/start/books.ts";
import { type Child, startChild } from "../../src/start/child-process.ts";
import { startGuard } from "../../src/start/guard.ts";
import { createPrograms } from "../../src/start/programs.ts";
import { createRunFolder } from "../../src/start/run-folder.ts";
import { startServers } from "../../src/start/stack.ts";
import { createSupervisor } from "../../src/start/supervise.ts";
import { until } from "../until.ts";
import { bundleWithPauses } from "./bundle-with-pauses.ts";
import type { Evidence } from "./faults-of.ts";
import { openPausePoints, PAUSE_VARIABLE } from "./pause-points.ts";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
const CALM = new AbortController().signal;
const RUN_ID = "20261120T215500Z";
const TRACE_ID = "0123456789abcdef0123456789abcdef";
const EXPIRES_MS = 24 * 3_600_000;

interface Liquidator extends Child {
  /** How many messages it works on, those included that are no longer its own. */
  heldMessages(): Promise<number>;
}

export type KillWorld = Awaited<ReturnType<typeof startKillWorld>>;

/** Ledger, queue, bucket and table as servers of their own, and liquidators that are started and killed on demand. */
export async function startKillWorld(options: {
  readonly cdps: number;
  /** The bundle whose steps can be paused, or the one that the images run. */
  readonly bundle: "pausing" | "production";
  readonly variables?: Readonly<Record<string, string>>;
}) {
  const root = await mkdtemp(join(tmpdir(), "weft-kills-"));
  const folder = await createRunFolder({ root, startedAtMs: 0, seed: 1 });
  const guard = startGuard(process.execPath);
  const supervisor = createSupervisor({ launch: startChild, guard, sleep, onRestart: () => {} });
  const signal = supervisor.failed;
  const programs = createPrograms({
    ...{ repositoryRoot: REPOSITORY, nodePath: process.execPath, baseVariables: {} },
    ...{ folder, sleep, signal },
  });
  const pauses = await openPausePoints();
  const children: Child[] = [];
  const stop = async () => {
    pauses.letGo();
    await Promise.all(children.map((child) => child.stop(10_000)));
    await supervisor.stopAll(10_000).finally(() => guard.close());
    await pauses.close();
    await rm(root, { recursive: true, force: true });
  };
  const servers = await startServers({
    options: {
      ...{ cdps: options.cdps, seed: 1, crash: "0.3", indexers: 1, liquidators: 1, maxRounds: 1 },
      ...{ reportFile: null, keep: false, network: "simulator", dryRun: false },
    },
    ...{ folder, programs, supervisor, signal, hasReference: true },
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const production = join(REPOSITORY, "build/liquidator/main.mjs");
  const bundle = options.bundle === "production" ? production : join(root, "liquidator.mjs");
  if (bundle !== production) await bundleWithPauses(bundle);
  const { control, clients, queueNames } = servers;
  if (control === null) throw new Error("a simulated ledger has its controls");
  const { QueueUrl } = await clients.sqs.send(
    new GetQueueUrlCommand({ QueueName: queueNames.liquidation }),
  );
  const change = async (path: string, body: Readonly<Record<string, unknown>>) => {
    const url = `${servers.gatewayUrls[0]}/control/${path}`;
    const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
  };
  /** As the indexer words it. */
  const candidate = async (cdpId: string): Promise<Candidate> => {
    const nowMs = await control.nowMs(CALM);
    return {
      ...{ version: 1, kind: "candidate", cdpId, runId: RUN_ID, batchIndex: 0, cause: "scan" },
      ...{ pinnedStateVersion: "1", confirmedFromStateVersion: "1", liquidationLtv: "1.2" },
      ...{ loanValueXrd: "1", collateralValueXrd: "1", cdpFingerprint: "0011223344556677" },
      queuedAt: new Date().toISOString(),
      expiresAt: new Date(nowMs + EXPIRES_MS).toISOString(),
      traceId: TRACE_ID,
    };
  };

  return {
    ...{ control, clients, folder, pauses, stop, servers, bundle },
    setFaults: (faults: Readonly<Record<string, unknown>>) => change("faults", faults),
    /** Prices fall, and a second source says the same: they are believed at once. */
    async crash(fraction: string): Promise<void> {
      await control.crash(fraction, CALM);
      await change("reference", { copy: true });
    },
    /** A liquidator of its own process that nobody starts again; resolves when it is ready. */
    async startLiquidator(name: string): Promise<Liquidator> {
      const spec = programs.app("liquidator", name, {
        ...servers.variables.liquidator,
        ...{ VISIBILITY_TIMEOUT_SECONDS: "6", RECEIVE_WAIT_SECONDS: "1", FINALITY_POLL_MS: "50" },
        ...{ MESSAGES_IN_FLIGHT: "200", EXECUTORS: "50", [PAUSE_VARIABLE]: pauses.urlFor(name) },
        ...options.variables,
      });
      const child = startChild({ ...spec, args: [bundle] });
      children.push(child);
      const opsUrl = await programs.ready(child);
      return {
        ...child,
        async heldMessages() {
          const metrics = await (await fetch(`${opsUrl}/metrics`)).text();
          return Number(/^liquidator_messages_held (\d+)$/m.exec(metrics)?.[1]);
        },
      };
    },
    /** CDPs over the line that are worth liquidating, the most collateral first. */
    async overLine(): Promise<string[]> {
      const { overLine } = await control.audit(CALM);
      return overLine
        .filter(({ badDebt, exempt }) => !badDebt && !exempt)
        .toSorted((a, b) => Number(b.collateralValueXrd) - Number(a.collateralValueXrd))
        .map(({ cdpId }) => cdpId);
    },
    candidate,
    /** Queues the CDP as the indexer does; `nth` tells messages of one CDP apart. */
    async queue(cdpId: string, nth = 0): Promise<void> {
      await clients.sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: JSON.stringify(await candidate(cdpId)),
          MessageGroupId: cdpId,
          MessageDeduplicationId: `${cdpId.replaceAll("#", "")}-${nth}`,
        }),
      );
    },
    /** Every message is answered, and nobody waits for the end of anything. */
    async untilAnswered(): Promise<void> {
      await until(
        async () => {
          const { liquidation } = await servers.depths(CALM);
          return liquidation === 0;
        },
        { withinMs: 200_000 },
      );
    },
    async evidence(cdpIds: readonly string[]): Promise<Evidence> {
      const [audit, outcomes, treasury, { liquidationParked: parked }] = await Promise.all([
        control.audit(CALM),
        readOutcomes(clients.objects, CALM),
        clients.reservations.read(CALM),
        servers.depths(CALM),
      ]);
      const states = await Promise.all(
        cdpIds.map(async (cdpId) => [cdpId, await clients.attempts.read(cdpId, CALM)] as const),
      );
      return { audit, outcomes, treasury, parked, states: new Map(states) };
    },
  };
}

/** Ends a process as an out-of-memory kill or a lost node does. */
export async function sigkill(child: Child): Promise<void> {
  child.kill();
  await child.exited;
}
