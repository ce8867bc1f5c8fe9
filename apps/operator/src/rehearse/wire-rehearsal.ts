import {
  connectGateway,
  type GatewayClient,
  liquidationManifest,
  type MarketFacts,
  marketFactsOf,
  NETWORK_IDS,
  planSettingsOf,
  previewHealth,
  previewTransaction,
  priceLimitsOf,
  readBalances,
  readCdpIds,
  readCdps,
  readHead,
  readLiquidationTerms,
  resolveMarket,
  valueEach,
  xrdAddress,
} from "@weft/ledger";
import { parseDecimal } from "@weft/protocol";
import { inParallel, VERSION } from "@weft/runtime";
import { createDynamo, createPriceGuardStore } from "@weft/store";
import { Registry } from "prom-client";
import type { Answer } from "../answer.ts";
import type { RehearsalConfig } from "./config.ts";
import { openPriceGuard } from "./price-guard.ts";
import { rehearsalAnswer } from "./rehearsal-answer.ts";
import { type RehearsalAccount, type RehearseDeps, rehearse } from "./rehearse.ts";

/** What callers of this market ask for at once. */
const IDS_PER_PREVIEW = 10;
/** A preview is not held to its epochs; they are those of a transaction signed now. */
const EPOCH_WINDOW = 2;

/** Rehearses liquidations against a Gateway. Reads and previews only: no signer is opened, and nothing is submitted. */
export async function runRehearsal(
  request: { readonly limit: number | null },
  config: RehearsalConfig,
  signal: AbortSignal,
): Promise<Answer> {
  const gateway = connectGateway(config, {
    app: "operator",
    version: VERSION,
    registry: new Registry(),
  });
  const market = await openMarket(config, gateway, signal);
  const rehearsal = await rehearse(request, rehearseDeps(config, gateway, market), signal);
  return rehearsalAnswer(rehearsal, config.NETWORK, market.xrd);
}

async function openMarket(
  config: RehearsalConfig,
  gateway: GatewayClient,
  signal: AbortSignal,
): Promise<MarketFacts> {
  const { stateVersion } = await readHead(gateway, signal);
  const addresses = {
    lendingMarket: config.LENDING_MARKET,
    lendingPool: config.LENDING_POOL,
    cdpResource: config.CDP_RESOURCE,
  };
  const entities = await resolveMarket(gateway, addresses, stateVersion, signal);
  const point = { stateVersion, onUndecodable: () => undefined };
  const first = await readLiquidationTerms(gateway, entities, point, signal);
  const xrd = await xrdAddress(NETWORK_IDS[config.NETWORK]);
  return marketFactsOf({ ...addresses, ...entities }, xrd, { first, terms: () => first });
}

function rehearseDeps(
  config: RehearsalConfig,
  gateway: GatewayClient,
  market: MarketFacts,
): RehearseDeps {
  const { cdpResource, lendingMarket, xrd } = market;
  return {
    settings: planSettingsOf(config, market),
    badDebtCollateralXrd: parseDecimal(config.BAD_DEBT_COLLATERAL_XRD),
    readHead: (signal) => readHead(gateway, signal),
    readIds: async ({ stateVersion }, signal) => {
      const ids: string[] = [];
      for await (const page of readCdpIds(gateway, cdpResource, stateVersion, signal)) {
        ids.push(...page);
      }
      return ids;
    },
    readCdps: (ids, { stateVersion }, signal) =>
      readCdps(gateway, { cdpResource, ids, stateVersion }, signal),
    valueAll: async (ids, signal) => {
      const preview = (some: readonly string[], s: AbortSignal) =>
        previewHealth(gateway, { lendingMarket, ids: some, signal: s });
      const groups = Array.from({ length: Math.ceil(ids.length / IDS_PER_PREVIEW) }, (_, index) =>
        ids.slice(index * IDS_PER_PREVIEW, (index + 1) * IDS_PER_PREVIEW),
      );
      const valued = await inParallel(
        groups.map((group) => (s: AbortSignal) => valueEach(group, preview, s)),
        signal,
      );
      return new Map(valued.flatMap((group) => [...group]));
    },
    account: accountOf(config, gateway, market),
    openPriceGuard: (healths, signal) => {
      const {
        STATE_TABLE: table,
        AWS_REGION: region,
        AWS_ENDPOINT_URL_DYNAMODB: endpointUrl,
      } = config;
      const readStates =
        table === undefined || region === undefined
          ? null
          : createPriceGuardStore({ dynamo: createDynamo({ region, endpointUrl }), table }).read;
      return openPriceGuard(healths, { readStates, limits: priceLimitsOf(config), xrd }, signal);
    },
  };
}

function accountOf(
  config: RehearsalConfig,
  gateway: GatewayClient,
  market: MarketFacts,
): RehearsalAccount | null {
  const { SIGNER_ACCOUNT: account } = config;
  if (account === undefined) return null;
  const feeLockXrd = parseDecimal(config.FEE_LOCK_XRD);
  return {
    parties: { ...market, account, feeLockXrd },
    readBalances: (signal) => readBalances(gateway, account, signal),
    composeManifest: (plan, cdpId) =>
      liquidationManifest(plan, { ...market, account, cdpId, feeLockXrd }),
    preview: (manifest, { epoch }, signal) =>
      previewTransaction(
        gateway,
        {
          manifest,
          signerPublicKeyHex: null,
          startEpochInclusive: epoch,
          endEpochExclusive: epoch + EPOCH_WINDOW,
        },
        signal,
      ),
  };
}
