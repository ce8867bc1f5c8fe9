import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectGateway, openReferenceSource, priceLimitsOf } from "@weft/ledger";
import { type Candidate, OUTCOME_PREFIX, type Outcome, outcomeSchema } from "@weft/messages";
import {
  addDecimal,
  DECIMAL_ZERO,
  type Decimal,
  judgePrice,
  parseDecimal,
  UNSEEN,
} from "@weft/protocol";
import { createSqs, resolveQueueUrl } from "@weft/queue";
import { createLogger, createRemoteClock, sleep } from "@weft/runtime";
import {
  createAttemptStore,
  createDynamo,
  createFleetSwitch,
  createObjectStore,
  createPriceGuardStore,
  createReservations,
  createS3,
  createStateTable,
} from "@weft/store";
import { Registry } from "prom-client";
import { startLocalAws } from "../../../local/src/aws/local-aws.ts";
import { LOCAL_AWS } from "../../../local/src/aws/names.ts";
import { NO_FAULTS } from "../../../local/src/simulator/gateway/faults.ts";
import { createLedger } from "../../../local/src/simulator/ledger/ledger.ts";
import type { SimulatorAddresses } from "../../../local/src/simulator/ledger/types.ts";
import { createSimulatorServer } from "../../../local/src/simulator/server.ts";
import type { Adapters } from "../src/adapters.ts";
import { createBacklog } from "../src/backlog.ts";
import { parseConfig } from "../src/config.ts";
import { createMetrics } from "../src/metrics.ts";
import { openExecutor } from "../src/open-executor.ts";
import { openMarket } from "../src/open-market.ts";
import { createOutageWatch } from "../src/outage-watch.ts";
import { createRunStep } from "../src/run-step.ts";
import { wireLiquidator } from "../src/wire.ts";
import { wireTreasury } from "../src/wire-treasury.ts";
import { sampleCandidate } from "./sample-candidate.ts";

const CALM = new AbortController().signal;
const HOST = "127.0.0.1";
const MINUTE_MS = 60_000;

export type LiquidatorWorld = Awaited<ReturnType<typeof startLiquidatorWorld>>;

/**
 * A liquidator's whole surroundings, real but small, on loopback; liquidators are wired on demand, and die on demand.
 * The embedded servers take any credentials, but the SDK wants to find some in the environment.
 */
export async function startLiquidatorWorld(
  options: {
    readonly funded?: boolean;
    readonly newTable?: boolean;
    /** So many CDPs, 120 unless told. */
    readonly cdps?: number;
    /** Every CDP with debt starts just over its line. */
    readonly underWater?: boolean;
    /** More variables of the program. */
    readonly variables?: (addresses: SimulatorAddresses) => Readonly<Record<string, string>>;
  } = {},
) {
  // The local stack vouches for the table it makes; for another one nobody has.
  const table = options.newTable === true ? "weft-local-state-2" : LOCAL_AWS.stateTable;
  const folder = await mkdtemp(join(tmpdir(), "weft-liquidator-"));
  const aws = await startLocalAws({ host: HOST, sqsS3Port: 0, dynamodbPort: 0 });
  const ledger = createLedger({
    ...{ cdps: options.cdps ?? 120, seed: 1, commitDelayMs: 0, wallNowMs: Date.now },
    underWater: options.underWater ?? false,
  });
  const faults = { ...NO_FAULTS };
  const server = createSimulatorServer({ ledger, seed: 1, faults });
  const url = await server.listen({ host: HOST, port: 0 });
  const setFaults = (change: object) =>
    fetch(`${url}/control/faults`, { method: "POST", body: JSON.stringify(change) });

  const keyFile = join(folder, "key");
  await writeFile(keyFile, randomBytes(32).toString("hex"), { mode: 0o600 });
  const config = parseConfig({
    NETWORK: "simulator",
    GATEWAY_URLS: url,
    GATEWAY_REQUESTS_PER_SECOND: "10000",
    LENDING_MARKET: ledger.addresses.lendingMarket,
    LENDING_POOL: ledger.addresses.lendingPool,
    CDP_RESOURCE: ledger.addresses.cdpResource,
    CLOCK_URL: `${url}/control/clock`,
    AWS_REGION: LOCAL_AWS.region,
    DATA_BUCKET: LOCAL_AWS.dataBucket,
    STATE_TABLE: table,
    LIQUIDATION_QUEUE: LOCAL_AWS.liquidationQueue,
    LIQUIDATION_DEAD_LETTER_QUEUE: LOCAL_AWS.liquidationDeadLetterQueue,
    SIGNER: "file",
    SIGNING_KEY_FILE: keyFile,
    ...options.variables?.(ledger.addresses),
  });
  const { region } = LOCAL_AWS;
  const dynamo = createDynamo({ region, endpointUrl: aws.endpoints.dynamodbUrl });
  await createStateTable(dynamo, table);
  const s3 = createS3({ region, endpointUrl: aws.endpoints.s3Url });
  const sqs = createSqs({ region, endpointUrl: aws.endpoints.sqsUrl });
  const fleetSwitch = createFleetSwitch({ dynamo, table });
  const attempts = createAttemptStore({ dynamo, table });
  const objects = createObjectStore({ s3, bucket: LOCAL_AWS.dataBucket });
  const reservations = createReservations({ dynamo, table });
  const priceGuard = createPriceGuardStore({ dynamo, table });
  const executor = await openExecutor(config, CALM);
  if (executor === null) throw new Error("the test has a key");
  const { account } = executor;
  const fund = () => {
    const { xrd, resources } = ledger.addresses;
    const addresses = [xrd, ...Object.values(resources)];
    ledger.fund(account, Object.fromEntries(addresses.map((a) => [a, "1000000000"])));
  };
  if (options.funded !== false) fund();
  ledger.crash("0.25");
  const silent = createLogger({ app: "liquidator", version: "0", level: "silent" });
  const { market } = await openMarket(
    config,
    { gateway: connect(new Registry()), log: silent },
    CALM,
  );
  /** What an indexer would have: the guard believes the ledger's prices as they are. */
  const believePrices = async () => {
    const nowSeconds = BigInt(Math.floor(ledger.nowMs() / 1_000));
    const prices = Object.entries(ledger.prices());
    const stored = await priceGuard.read(
      prices.map(([asset]) => asset),
      CALM,
    );
    for (const [asset, text] of prices) {
      const known = stored.get(asset);
      if (known === undefined || "unreadable" in known) throw new Error("a new table is readable");
      const price = parseDecimal(text);
      const { next: state } = judgePrice({
        observed: { price, timestampSeconds: nowSeconds, transactionHash: `tx${nowSeconds}` },
        state: UNSEEN,
        reference: price,
        nowSeconds,
        limits: priceLimitsOf(config),
      });
      await priceGuard.replace(asset, { state, readVersion: known.version }, CALM);
    }
  };
  await believePrices();

  function connect(registry: Registry) {
    return connectGateway(config, { app: "liquidator", version: "0", registry });
  }

  /** One liquidator; `change` may put something between it and the world. */
  function liquidator(
    owner: string,
    change: (adapters: Adapters) => Partial<Adapters> = () => ({}),
  ) {
    const registry = new Registry();
    const log = createLogger({ app: "liquidator", version: "0", level: "silent" });
    const gateway = connect(registry);
    const metrics = createMetrics(registry);
    const { treasurer, releaseOrphanedHolds } = wireTreasury(config, {
      ...{ gateway, account, attempts, reservations, market, metrics, owner, log },
    });
    // Waits for finality pass in no time.
    let waitedMs = 0;
    const adapters: Adapters = {
      ...{ gateway, attempts, objects, market, executor, treasurer, releaseOrphanedHolds },
      ...{ metrics, log, owner, priceGuard, reservations },
      readReferences: null,
      runStep: createRunStep({ metrics, log, nowMs: () => performance.now() }),
      clock: createRemoteClock(`${url}/control/clock`),
      fleet: { refuseUnlessArmed: () => Promise.resolve() },
      outage: createOutageWatch({ nowMs: () => performance.now(), random: () => 1, log }),
      backlog: createBacklog({ most: 5, patienceMs: 1_000, sleep }),
      stopping: CALM,
      time: {
        nowMs: () => waitedMs,
        sleep: (ms) => {
          waitedMs += ms;
          return new Promise((resolve) => setImmediate(resolve));
        },
      },
    };
    return wireLiquidator(config, { ...adapters, ...change(adapters) });
  }

  return {
    ...{ config, ledger, attempts, fleetSwitch, fund, setFaults, liquidator, sqs, believePrices },
    /** A source of prices beside the ledger's, as `/control/reference` is told. */
    readReferences: openReferenceSource(
      { REFERENCE_PRICES_URL: `${url}/control/reference`, REFERENCE_MAX_AGE_SECONDS: 300 },
      createRemoteClock(`${url}/control/clock`),
    ),
    control: (path: string, body: object) =>
      fetch(`${url}/control/${path}`, { method: "POST", body: JSON.stringify(body) }),
    queueUrl: await resolveQueueUrl(sqs, LOCAL_AWS.liquidationQueue, CALM),
    setServices: (off: readonly string[]) => ledger.setServicesOff(off),
    /** CDPs over the line that can be liquidated, the most collateral first. */
    overLine: () =>
      ledger
        .audit()
        .overLine.filter(({ badDebt, exempt }) => !badDebt && !exempt)
        .toSorted((a, b) => Number(b.collateralValueXrd) - Number(a.collateralValueXrd))
        .map(({ cdpId }) => cdpId),
    candidate: (cdpId: string, change: Partial<Candidate> = {}): Candidate => ({
      ...sampleCandidate,
      cdpId,
      pinnedStateVersion: String(ledger.head().stateVersion),
      confirmedFromStateVersion: String(ledger.head().stateVersion),
      expiresAt: new Date(ledger.nowMs() + 10 * MINUTE_MS).toISOString(),
      ...change,
    }),
    /** Every outcome in the bucket, of one CDP, in the order of its attempts. */
    async outcomes(cdpId: string): Promise<Outcome[]> {
      const keys = await objects.listKeys(OUTCOME_PREFIX, CALM);
      const own = keys.filter((key) => key.includes(`/cdp=${cdpId.replaceAll("#", "")}/`));
      return Promise.all(
        own.map(async (key) => outcomeSchema.parse(await objects.getJson(key, CALM))),
      );
    },
    /** The lease of a worker that is no more runs out. */
    async expireLease(cdpId: string): Promise<void> {
      const lateMs = Date.now() + 60 * MINUTE_MS;
      const lease = await attempts.acquireLease(
        { cdpId, owner: "time", nowMs: lateMs, leaseMs: 1 },
        CALM,
      );
      if (lease.kind === "held") throw new Error("the lease outlives an hour");
      await attempts.releaseLease({ cdpId, fence: lease.fence }, CALM);
    },
    /** CDPs for which something of the account is held. */
    async held(): Promise<string[]> {
      return (await reservations.read(CALM)).holds.map(({ cdpId }) => cdpId);
    },
    /** All fees that were counted, XRD. */
    async feesXrd(): Promise<Decimal> {
      const { feesXrd } = await reservations.read(CALM);
      return [...feesXrd.values()].reduce(addDecimal, DECIMAL_ZERO);
    },
    async unfinal(): Promise<string[]> {
      const ids: string[] = [];
      for await (const { cdpId } of attempts.listUnfinal(CALM)) ids.push(cdpId);
      return ids;
    },
    async stop(): Promise<void> {
      await aws.close();
      for (const client of [dynamo, s3, sqs]) client.destroy();
      await rm(folder, { recursive: true, force: true });
      // Last: it says so when two intents of one CDP were ever unfinal together.
      await server.close();
    },
  };
}

/** A message as the receive loop hands it over. */
export const messageOf = (candidate: Candidate, messageId = "m-1") => ({
  body: JSON.stringify(candidate),
  messageId,
  receiveCount: 1,
});

/**
 * A worker that is killed at one call of the outside world, named as `before submit` or `after putJson`: from then on
 * nothing it does reaches anybody.
 */
export function diesAt(moment: string): (adapters: Adapters) => Partial<Adapters> {
  let isDead = false;
  const mortal = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name);
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          isDead ||= moment === `before ${String(name)}`;
          if (isDead) throw new Error("killed");
          const result: unknown = await member.apply(object, args);
          isDead = moment === `after ${String(name)}`;
          if (isDead) throw new Error("killed");
          return result;
        };
      },
    });
  return ({ gateway, attempts, objects, treasurer }) => ({
    gateway: mortal(gateway),
    attempts: mortal(attempts),
    objects: mortal(objects),
    // What asks nobody cannot be cut off.
    treasurer: treasurer && { ...mortal(treasurer), fundsFor: treasurer.fundsFor },
  });
}
