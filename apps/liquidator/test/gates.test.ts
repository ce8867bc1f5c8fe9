import { accountAddressOf, NETWORK_IDS } from "@weft/ledger";
import { createSender, runReceiveLoop } from "@weft/queue";
import { createLogger } from "@weft/runtime";
import { Registry } from "prom-client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  KEY_ID,
  type KmsServer,
  startKmsServer,
} from "../../../packages/ledger/src/testing/kms-server.ts";
import { createFleetWatch } from "../src/fleet-watch.ts";
import { createMetrics } from "../src/metrics.ts";
import { createOutageWatch } from "../src/outage-watch.ts";
import { createReceiveGate } from "../src/receive-gate.ts";
import {
  diesAt,
  type LiquidatorWorld,
  messageOf,
  startLiquidatorWorld,
} from "./liquidator-world.ts";

const { signal } = new AbortController();
const EPOCH_SECONDS = 300;
const HOUR_MS = 3_600_000;
const PATIENCE = { timeout: 50_000, interval: 50 };
const TEST_TIMEOUT_MS = 60_000;

let world: LiquidatorWorld;
let cdpId: string;
let stopping: AbortController;
let ended: Promise<void> | undefined;

const start = async (options: Parameters<typeof startLiquidatorWorld>[0] = {}) => {
  world = await startLiquidatorWorld(options);
  [cdpId = ""] = world.overLine();
};

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  stopping = new AbortController();
  ended = undefined;
});

afterEach(async () => {
  stopping.abort();
  await ended;
  await world.stop();
});

const fleetWatch = () =>
  createFleetWatch({
    ...world.fleetSwitch,
    readFreshHead: async () => {
      const { epoch, timestampMs, round, stateVersion } = world.ledger.head();
      return { epoch, timestampMs, round, stateVersion: BigInt(stateVersion) };
    },
    holdFireEpochs: 2,
    nowMs: () => performance.now(),
  });

/** A liquidator that receives from the real queue, with time passing faster where only the test waits. */
function receive() {
  const fleet = fleetWatch();
  const lines: { message: string; outage?: string; code?: string }[] = [];
  const log = createLogger({
    app: "liquidator",
    version: "0",
    level: "info",
    destination: { write: (line: string) => lines.push(JSON.parse(line)) },
  });
  const outage = createOutageWatch({
    nowMs: () => performance.now() * 10,
    random: () => 1,
    log,
  });
  const registry = new Registry();
  const { handle } = world.liquidator("receiver", () => ({ fleet, outage }));
  ended = runReceiveLoop({
    sqs: world.sqs,
    queueUrl: world.queueUrl,
    maxInFlight: 10,
    visibilityTimeoutSeconds: 30,
    waitTimeSeconds: 1,
    handle,
    gate: createReceiveGate({
      ...{ fleet, outage, metrics: createMetrics(registry), log },
      backlog: { hasRoom: () => Promise.resolve(true) },
    }),
    onBeat: () => undefined,
    log,
    stop: stopping.signal,
  });
  const pages = () => lines.filter(({ message }) => message.includes("many positions fail alike"));
  return { lines, pages, outage };
}

const queue = (id: string) => {
  const { sqs, queueUrl } = world;
  const deduplicationId = `${id.replaceAll("#", "")}-${world.ledger.head().stateVersion}`;
  return createSender({ sqs, queueUrl, encode: JSON.stringify }).send(
    [{ body: world.candidate(id), groupId: id, deduplicationId }],
    signal,
  );
};

const endings = async (id = cdpId) => (await world.outcomes(id)).map(({ ending }) => ending);
const commits = () => world.ledger.audit().commits.success;
const quarantined = async () => {
  const ids: string[] = [];
  for await (const { cdpId } of world.attempts.listQuarantined(signal)) ids.push(cdpId);
  return ids;
};

describe("hold fire", () => {
  test("nothing is signed on a table nobody has vouched for, until every window is over", async () => {
    await start({ newTable: true });
    const { handle } = world.liquidator("new", () => ({ fleet: fleetWatch() }));
    const { epoch } = world.ledger.head();
    const take = () => handle(messageOf(world.candidate(cdpId)), signal);
    expect(await take()).toBe("retry");
    expect((await world.fleetSwitch.read(signal)).holdUntilEpoch).toBe(epoch + 3);
    world.ledger.advance(2 * EPOCH_SECONDS);
    expect(await take()).toBe("retry");
    expect(commits()).toBe(0);
    world.ledger.advance(EPOCH_SECONDS);
    expect(await take()).toBe("done");
    expect(await endings()).toContain("liquidated");
  });

  test("what is unfinal is finished all the same", async () => {
    await start();
    await world
      .liquidator("dead", diesAt("before submit"))
      .handle(messageOf(world.candidate(cdpId)), signal);
    await world.expireLease(cdpId);
    await world.fleetSwitch.pause({ reason: "drill", sinceMs: 1 }, signal);
    const paused = world.liquidator("paused", () => ({ fleet: fleetWatch() }));
    await paused.reconcile(signal);
    await paused.reconcile(signal);
    expect(await endings()).toEqual(["liquidated"]);
  });
});

describe("the pause", () => {
  test(
    "stops receiving and signing, keeps the messages, and ends",
    async () => {
      await start();
      await world.fleetSwitch.pause({ reason: "drill", sinceMs: 1 }, signal);
      const { lines } = receive();
      await queue(cdpId);
      await vi.waitFor(
        () => expect(lines.map(({ message }) => message)).toContain("receiving paused"),
        PATIENCE,
      );
      const { handle } = world.liquidator("another", () => ({ fleet: fleetWatch() }));
      expect(await handle(messageOf(world.candidate(cdpId)), signal)).toBe("retry");
      expect(await world.held()).toEqual([]);
      expect(await endings()).toEqual([]);
      await world.fleetSwitch.resume(signal);
      await vi.waitFor(async () => expect(await endings()).toContain("liquidated"), PATIENCE);
      // The one hand-back was by the pause, which the message is not charged for.
      const state = await world.attempts.acquireLease(
        { cdpId, owner: "test", nowMs: Date.now() + HOUR_MS, leaseMs: 1 },
        signal,
      );
      expect(state).toMatchObject({ record: { failedDelivery: null } });
    },
    TEST_TIMEOUT_MS,
  );
});

describe("an empty treasury", () => {
  test(
    "pauses and pages, quarantines nobody, and resumes by itself when funded",
    async () => {
      await start({ funded: false });
      const ids = world.overLine().slice(0, 8);
      expect(ids).toHaveLength(8);
      await Promise.all(ids.map(queue));
      const { pages, outage } = receive();
      await vi.waitFor(() => expect(outage.because).toBe("treasury"), PATIENCE);
      expect(pages()).toMatchObject([{ level: "error", outage: "treasury" }]);
      expect(await quarantined()).toEqual([]);
      world.fund();
      await vi.waitFor(async () => {
        for (const id of ids) expect(await endings(id)).not.toEqual([]);
      }, PATIENCE);
      expect(outage.because).toBe(null);
      expect(commits()).toBeGreaterThan(0);
    },
    TEST_TIMEOUT_MS,
  );
});

describe("a signer that does not sign", () => {
  let kms: KmsServer;

  afterEach(() => kms.close());

  const startWithKms = async () => {
    kms = await startKmsServer();
    const { x = "" } = kms.publicKey.export({ format: "jwk" });
    const publicKeyHex = Buffer.from(x, "base64url").toString("hex");
    const SIGNER_ACCOUNT = await accountAddressOf(publicKeyHex, NETWORK_IDS.simulator);
    const ofKms = { SIGNER: "kms", SIGNING_KEY_ID: KEY_ID, AWS_ENDPOINT_URL_KMS: kms.url };
    await start({ variables: () => ({ ...ofKms, SIGNER_ACCOUNT }) });
  };
  const fail = (name: string) => () => kms.failWith({ status: 400, name });
  const heal = () => kms.failWith(undefined);
  test.each([
    ["throttled", "signer_unavailable", fail("ThrottlingException"), heal],
    ["disabled", "signer_refused", fail("DisabledException"), heal],
    ["another", "signer_refused", () => kms.exchangeKey(), () => kms.restoreKey()],
  ])(
    "because its key is %s pauses and pages, quarantines nobody, and goes on by itself",
    async (_how, code, breaks, heals) => {
      await startWithKms();
      const ids = world.overLine().slice(0, 8);
      breaks();
      await Promise.all(ids.map(queue));
      const { pages, outage } = receive();
      await vi.waitFor(() => expect(outage.because).toBe("signer"), PATIENCE);
      expect(pages()).toMatchObject([{ level: "error", outage: "signer", code }]);
      expect(await quarantined()).toEqual([]);
      expect(await world.unfinal()).toEqual([]);
      expect((await Promise.all(ids.map((id) => endings(id)))).flat()).toEqual([]);
      heals();
      await vi.waitFor(async () => {
        for (const id of ids) expect(await endings(id)).toContain("liquidated");
        expect(await world.held()).toEqual([]);
      }, PATIENCE);
      expect(outage.because).toBe(null);
      expect(world.ledger.audit().commits.failure).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );
});
