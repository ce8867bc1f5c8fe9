import {
  connectGateway,
  type GatewayClient,
  type LedgerHead,
  NETWORK_IDS,
  PreviewFailedError,
  previewHealth,
  readCdps,
  readHead,
  readMarket,
  resolveMarket,
  SborError,
  xrdAddress,
} from "@weft/ledger";
import { type Market, parseDecimal } from "@weft/protocol";
import { createRemoteClock, systemClock, VERSION } from "@weft/runtime";
import {
  createAttemptStore,
  createDynamo,
  createFleetSwitch,
  createObjectStore,
  createPriceGuardStore,
  createReservations,
  createS3,
} from "@weft/store";
import { Registry } from "prom-client";
import type { Answer } from "./answer.ts";
import type { Command, RehearseCommand } from "./command-line.ts";
import type { Config } from "./config.ts";
import { type ExplainDeps, explain } from "./explain.ts";
import { findOutcomes } from "./find-outcomes.ts";
import { listAttempts } from "./list-attempts.ts";
import { listOutcomes } from "./list-outcomes.ts";
import { acceptPrice, listPrices } from "./list-prices.ts";
import { listQuarantine } from "./list-quarantine.ts";
import { listReservations } from "./list-reservations.ts";
import { pauseFleet, resumeFleet } from "./switch-fleet.ts";

/** Does what was asked for. Only `pause`, `resume`, `quarantine release` and `prices accept` change anything. */
export async function runCommand(
  command: Exclude<Command, RehearseCommand>,
  config: Config,
  signal: AbortSignal,
): Promise<Answer> {
  const adapters = openAdapters(config);
  const { attempts, fleet, clock } = adapters;
  const outcomesOf = async (cdpId: string | null, sinceMs: number, s: AbortSignal) => {
    const toMs = await clock.nowMs(s);
    return findOutcomes(adapters.objects, { fromMs: toMs - sinceMs, toMs, cdpId }, s);
  };
  switch (command.name) {
    case "explain":
      return explain(
        command.cdpId,
        explainDeps(config, adapters, (cdpId, s) => outcomesOf(cdpId, command.sinceMs, s)),
        signal,
      );
    case "attempts": {
      const { cdpId, sinceMs } = command;
      return listAttempts(
        cdpId,
        await attempts.read(cdpId, signal),
        await outcomesOf(cdpId, sinceMs, signal),
      );
    }
    case "outcomes":
      return listOutcomes(await outcomesOf(null, command.sinceMs, signal), command.ending);
    case "quarantine-list":
      return listQuarantine(attempts.listQuarantined(signal), await clock.nowMs(signal));
    case "quarantine-release": {
      const { cdpId } = command;
      const wasThere = await attempts.releaseQuarantine(cdpId, signal);
      const line = wasThere ? `${cdpId} is released` : `${cdpId} is not in quarantine`;
      return { value: { cdpId, released: wasThere }, lines: [line] };
    }
    case "pause":
      return pauseFleet(fleet, { reason: command.reason, nowMs: Date.now() }, signal);
    case "resume":
      return resumeFleet(fleet, signal);
    case "prices-list": {
      const market = await adapters.readMarket(await readHead(adapters.gateway, signal), signal);
      return listPrices(market, adapters.prices, signal);
    }
    case "prices-accept":
      return acceptPrice(command.resource, adapters.prices, signal);
    case "reservations":
      return listReservations(
        await adapters.reservations.read(signal),
        Date.now(),
        config.SPEND_CEILING_XRD_PER_HOUR ?? null,
      );
  }
}

function openAdapters(config: Config) {
  const region = config.AWS_REGION;
  const s3 = createS3({ region, endpointUrl: config.AWS_ENDPOINT_URL_S3 });
  const dynamo = createDynamo({ region, endpointUrl: config.AWS_ENDPOINT_URL_DYNAMODB });
  const table = { dynamo, table: config.STATE_TABLE };
  const { CLOCK_URL } = config;
  const gateway = connectGateway(config, {
    app: "operator",
    version: VERSION,
    registry: new Registry(),
  });
  return {
    gateway,
    readMarket: (head: LedgerHead, signal: AbortSignal) => marketAt(config, gateway, head, signal),
    objects: createObjectStore({ s3, bucket: config.DATA_BUCKET }),
    attempts: createAttemptStore(table),
    fleet: createFleetSwitch(table),
    prices: createPriceGuardStore(table),
    reservations: createReservations(table),
    clock: CLOCK_URL === undefined ? systemClock : createRemoteClock(CLOCK_URL),
  };
}

async function marketAt(
  config: Config,
  gateway: GatewayClient,
  { stateVersion, timestampMs }: LedgerHead,
  signal: AbortSignal,
): Promise<Market> {
  const addresses = {
    lendingMarket: config.LENDING_MARKET,
    lendingPool: config.LENDING_POOL,
    cdpResource: config.CDP_RESOURCE,
  };
  const entities = await resolveMarket(gateway, addresses, stateVersion, signal);
  const xrd = await xrdAddress(NETWORK_IDS[config.NETWORK]);
  return readMarket(gateway, entities, { stateVersion, ledgerTimeMs: timestampMs, xrd }, signal);
}

function explainDeps(
  config: Config,
  { gateway, readMarket: market, attempts, fleet, prices, clock }: ReturnType<typeof openAdapters>,
  findOutcomesOf: ExplainDeps["findOutcomes"],
): ExplainDeps {
  const { LENDING_MARKET: lendingMarket, CDP_RESOURCE: cdpResource } = config;
  return {
    readHead: (s) => readHead(gateway, s),
    readMarket: market,
    readCdp: async (cdpId, { stateVersion }, s) => {
      const reads = await readCdps(gateway, { cdpResource, ids: [cdpId], stateVersion }, s);
      return reads.get(cdpId) ?? { kind: "unknown" };
    },
    readHealth: async (cdpId, s) => {
      try {
        const healths = await previewHealth(gateway, { lendingMarket, ids: [cdpId], signal: s });
        return healths.get(cdpId) ?? { error: "the ledger did not tell of it" };
      } catch (error) {
        if (error instanceof PreviewFailedError) return { error: error.errorMessage };
        if (error instanceof SborError) return { error: error.message };
        throw error;
      }
    },
    readFleet: (s) => fleet.read(s),
    readStored: (cdpId, s) => attempts.read(cdpId, s),
    readPrices: (resources, s) => prices.read(resources, s),
    findOutcomes: findOutcomesOf,
    nowMs: (s) => clock.nowMs(s),
    badDebtCollateralXrd: parseDecimal(config.BAD_DEBT_COLLATERAL_XRD),
  };
}
