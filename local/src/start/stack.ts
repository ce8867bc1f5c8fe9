import { LEDGERS } from "@weft/environments";
import { LOCAL_AWS } from "../aws/names.ts";
import type { AwsEndpoints } from "../aws/resources.ts";
import type { SimulatorAddresses } from "../simulator/ledger/types.ts";
import { accountOf } from "./account.ts";
import { type AwsClients, createAwsClients } from "./aws-clients.ts";
import { createLedgerControl, type LedgerControl } from "./control.ts";
import { type App, appVariables, type Variables } from "./environments.ts";
import type { StartOptions } from "./flags.ts";
import type { Programs } from "./programs.ts";
import { createQueueGauge, type QueueDepths, type QueueNames } from "./queues.ts";
import type { RunFolder } from "./run-folder.ts";
import type { Supervisor } from "./supervise.ts";
import { swapPoolsOf, UNFUNDED } from "./swap-pools.ts";

/** The ledger, queues, bucket and table, and what the programs need to find them. */
interface Servers {
  readonly endpoints: AwsEndpoints;
  readonly gatewayUrls: readonly string[];
  /** Null on a public network. */
  readonly control: LedgerControl | null;
  readonly variables: Readonly<Record<App, Variables>>;
  readonly clients: AwsClients;
  readonly queueNames: QueueNames;
  depths(signal: AbortSignal): Promise<QueueDepths>;
}

/** Everything that runs beside the rounds. */
export interface Stack extends Servers {
  /** Base URL of each app's ops server, by process; changes when a process is started again. */
  readonly opsUrls: ReadonlyMap<string, string>;
}

export interface StackDeps {
  readonly options: StartOptions;
  readonly folder: RunFolder;
  readonly programs: Programs;
  readonly supervisor: Supervisor;
  /** What the workers are told beside, or instead of, what is usual here. */
  readonly overrides?: Partial<Readonly<Record<App, Variables>>>;
  readonly signal: AbortSignal;
  /** Whether the workers ask the simulator's reference source; it knows nothing until it is told. */
  readonly hasReference?: boolean;
  /** The asset that the liquidator's account has nothing of; null where it is to have all that any CDP owes. */
  readonly unfunded?: string | null | undefined;
}

/** More of every other asset than any book owes, so that no order of liquidations can run out. */
const FUNDS = "1000000000000";
const SIMULATOR_NETWORK_ID = 242;
const QUEUE_NAMES: QueueNames = {
  index: LOCAL_AWS.indexQueue,
  indexParked: LOCAL_AWS.indexDeadLetterQueue,
  liquidation: LOCAL_AWS.liquidationQueue,
  liquidationParked: LOCAL_AWS.liquidationDeadLetterQueue,
};

/** Starts the servers, then the indexers and liquidators, and returns when all are ready. */
export async function startStack(deps: StackDeps): Promise<Stack> {
  const servers = await startServers(deps);
  return { ...servers, opsUrls: await startWorkers(deps, servers.variables) };
}

/** Starts what the programs talk to, and gives the liquidator's account what it needs. */
export async function startServers(deps: StackDeps): Promise<Servers> {
  const { options, folder, signal } = deps;
  const [endpoints, ledger] = await Promise.all([startAws(deps), startLedger(deps)]);
  const own = appVariables({
    network: options.network,
    ...ledger.addresses,
    gatewayUrls: ledger.gatewayUrls,
    clockUrl: ledger.clockUrl,
    endpoints,
    keyFile: folder.keyFile,
    swapPools: ledger.swapPools,
    inventoryKeep: ledger.inventoryKeep,
    dryRun: options.dryRun,
    indexers: options.indexers,
    liquidators: options.liquidators,
  });
  const variables = deps.hasReference ? withReference(own, ledger.gatewayUrls) : own;
  const clients = createAwsClients(endpoints);
  const [depths] = await Promise.all([
    createQueueGauge(clients.sqs, QUEUE_NAMES, signal),
    fundLiquidator(deps, ledger),
  ]);
  return {
    endpoints,
    gatewayUrls: ledger.gatewayUrls,
    control: ledger.control,
    variables,
    clients,
    queueNames: QUEUE_NAMES,
    depths,
  };
}

function withReference(
  variables: Readonly<Record<App, Variables>>,
  [url]: readonly string[],
): Readonly<Record<App, Variables>> {
  const reference = { REFERENCE_PRICES_URL: `${url}/control/reference` };
  const { indexer, liquidator } = variables;
  return {
    ...variables,
    indexer: { ...indexer, ...reference },
    liquidator: { ...liquidator, ...reference },
  };
}

async function startAws({ folder, programs, supervisor }: StackDeps): Promise<AwsEndpoints> {
  const spec = programs.server("aws", { LOCAL_AWS_S3_FOLDER: folder.s3 });
  const { sqsUrl, s3Url, dynamodbUrl } = await supervisor.startEssential(spec, (child) =>
    programs.listening<AwsEndpoints>(child),
  );
  return { sqsUrl, s3Url, dynamodbUrl };
}

interface Ledger {
  readonly gatewayUrls: readonly string[];
  readonly control: LedgerControl | null;
  readonly clockUrl: string | null;
  readonly addresses: Pick<SimulatorAddresses, "lendingMarket" | "lendingPool" | "cdpResource">;
  /** Symbols of the assets to fund; none on a public network. */
  readonly symbols: readonly string[];
  readonly swapPools: string;
  readonly inventoryKeep: string;
}

async function startLedger(deps: StackDeps): Promise<Ledger> {
  const { options, programs, supervisor, unfunded = UNFUNDED, signal } = deps;
  if (options.network !== "simulator") {
    const { gatewayUrls, ...addresses } = LEDGERS[options.network];
    return {
      gatewayUrls,
      addresses,
      control: null,
      clockUrl: null,
      symbols: [],
      swapPools: "",
      inventoryKeep: "",
    };
  }
  const spec = programs.server("simulator", {
    SIMULATOR_HOST: "127.0.0.1",
    SIMULATOR_PORT: "0",
    SIMULATOR_CDPS: String(options.cdps),
    SIMULATOR_SEED: String(options.seed),
  });
  const { url } = await supervisor.startEssential(spec, (child) =>
    programs.listening<{ readonly url: string }>(child),
  );
  const control = createLedgerControl(url);
  const found = await control.addresses(signal);
  const { lendingMarket, lendingPool, cdpResource, resources } = found;
  return {
    gatewayUrls: [url],
    control,
    clockUrl: `${url}/control/clock`,
    addresses: { lendingMarket, lendingPool, cdpResource },
    symbols: Object.keys(resources).filter((symbol) => symbol !== unfunded),
    swapPools: swapPoolsOf(found),
    // Or what is seized of it would soon pay for some, and for which depends on who was first.
    inventoryKeep: unfunded === null ? "" : `${resources[unfunded]}=${FUNDS}`,
  };
}

async function fundLiquidator({ folder, signal }: StackDeps, ledger: Ledger): Promise<void> {
  if (ledger.control === null) return;
  const account = await accountOf(folder.privateKeyHex, SIMULATOR_NETWORK_ID);
  const amounts = Object.fromEntries(ledger.symbols.map((symbol) => [symbol, FUNDS]));
  await ledger.control.fund(account, amounts, signal);
}

async function startWorkers(
  { options, programs, supervisor, overrides }: StackDeps,
  variables: Readonly<Record<App, Variables>>,
): Promise<ReadonlyMap<string, string>> {
  const opsUrls = new Map<string, string>();
  const start = (app: "indexer" | "liquidator", count: number) =>
    Array.from({ length: count }, (_, index) => {
      const name = `${app}-${index + 1}`;
      return supervisor.startKept(
        programs.app(app, name, { ...variables[app], ...overrides?.[app] }),
        (child) => programs.ready(child),
        (url) => void opsUrls.set(name, url),
      );
    });
  await Promise.all([
    ...start("indexer", options.indexers),
    ...start("liquidator", options.liquidators),
  ]);
  return opsUrls;
}
