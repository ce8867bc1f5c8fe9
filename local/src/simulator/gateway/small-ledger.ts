import type {
  Audit,
  CommittedTransaction,
  IntentRead,
  LedgerBehaviour,
  LedgerPoint,
  NonFungibleRead,
  PreviewRequest,
  Receipt,
  SborNode,
  SimulatedLedger,
} from "../ledger/types.ts";
import { InvalidTransactionError } from "../ledger/types.ts";

/** Addresses of the small ledger: right in form and checksum, with nothing behind them. */
export const ADDRESS = {
  market: "component_sim1cqqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgp3zkpm3",
  pool: "component_sim1cqpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqsz2l27zz",
  cdp: "resource_sim1ngzqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqy9h0cvd",
  transient: "resource_sim1ngzs2pg9q5zs2pg9q5zs2pg9q5zs2pg9q5zs2pg9q5zs2pg9czenyv",
  xrd: "resource_sim1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxakj8n3",
  usdc: "resource_sim1t5psxqcrqvpsxqcrqvpsxqcrqvpsxqcrqvpsxqcrqvpsxqcr0nafs4",
  depositUnit: "resource_sim1t5rqvpsxqcrqvpsxqcrqvpsxqcrqvpsxqcrqvpsxqcrqvpsxf3kkuf",
  unknownResource: "resource_sim1t5ysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfeu9x8q",
  store: "internal_keyvaluestore_sim1kqrswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8v8edqh",
  unknownStore: "internal_keyvaluestore_sim1kq9q5zs2pg9q5zs2pg9q5zs2pg9q5zs2pg9q5zs2pg9q5zs26zqf2v",
  account: "account_sim12yyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgnjnm68",
  mainnetAccount: "account_rdx12yyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgdev62m",
  intent: "txid_sim1pv9skzctpv9skzctpv9skzctpv9skzctpv9skzctpv9skzctpv9sjs0vwa",
  otherIntent: "txid_sim1psxqcrqvpsxqcrqvpsxqcrqvpsxqcrqvpsxqcrqvpsxqcrqvpsxqrupj26",
  payload: "notarizedtransaction_sim1p5xs6rgdp5xs6rgdp5xs6rgdp5xs6rgdp5xs6rgdp5xs6rgdp5xs0c8l05",
} as const;

/** 2026-01-01T00:00:00Z. Version v came v seconds later; an epoch has 20 versions, one round each. */
const START_MS = 1_767_225_600_000;
const VERSIONS_PER_EPOCH = 20;
const FIRST_MINTS = 100;
const SECOND_MINT_VERSION = 10;
const MINTED = 250;

const decimal = (value: string, name: string): SborNode => ({
  kind: "Decimal",
  field_name: name,
  value,
});

export const RECEIPT: Receipt = {
  status: "Succeeded",
  output: [{ kind: "Tuple", fields: [] }],
  events: [
    {
      name: "LiquidationEvent",
      emitter: ADDRESS.market,
      data: { kind: "Tuple", type_name: "LiquidationEvent", fields: [decimal("1.5", "amount")] },
    },
  ],
  fees: {
    executionXrd: "0.2",
    finalizationXrd: "0.05",
    storageXrd: "0.1",
    royaltyXrd: "0",
    tippingXrd: "0",
  },
  errorMessage: null,
  balanceChanges: [{ entity: ADDRESS.account, resource: ADDRESS.xrd, change: "-0.35" }],
};

export const UNKNOWN_INTENT: IntentRead = {
  status: "Unknown",
  committedStateVersion: null,
  endEpochExclusive: null,
  payloadHash: null,
  errorMessage: null,
};

/**
 * A ledger of fixed answers, for the HTTP side alone.
 * CDPs #1# to #250#, 100 of them minted by version 1 and the rest at version 10; #3# burned at version 40, #7# changed
 * at version 50. The head is version 100, and moves only when told.
 */
export class SmallLedger implements SimulatedLedger {
  readonly addresses = {
    network: "simulator",
    networkId: 242,
    lendingMarket: ADDRESS.market,
    lendingPool: ADDRESS.pool,
    cdpResource: ADDRESS.cdp,
    transientResource: ADDRESS.transient,
    xrd: ADDRESS.xrd,
    resources: { xUSDC: ADDRESS.usdc },
    depositUnits: { xUSDC: ADDRESS.depositUnit },
    claimNft: ADDRESS.cdp,
    dexPools: {},
  } as const;
  readonly behaviour: LedgerBehaviour = {
    commitDelayMs: 300,
    frozen: false,
    excessPayment: "returned",
    seizureOrder: "as_requested",
    interest: "written",
    dust: "allowed",
    nftFee: "on_top",
    nftCloseFactor: "ignored",
    rounding: "each_step",
    line: "above",
    thresholds: "as_configured",
    emptyRatio: "greatest",
    refusedCdpIds: [],
    failingCdpIds: [],
    dexSpread: "0.003",
    dexDepthXrd: "1000000000000",
  };
  headVersion = 100;
  clockMs = START_MS + 100_000;
  readonly previews: PreviewRequest[] = [];
  readonly submitted = new Set<string>();
  readonly intents = new Map<string, IntentRead>();
  readonly commits = new Map<string, CommittedTransaction>();
  readonly held: Record<string, string> = { [ADDRESS.xrd]: "120.5", [ADDRESS.usdc]: "7" };
  readonly crashes: string[] = [];
  off: readonly string[] = [];
  readonly priceOf: Record<string, string> = { [ADDRESS.usdc]: "225.57" };

  nowMs(): number {
    return this.clockMs;
  }

  head(): LedgerPoint {
    return pointOf(this.headVersion);
  }

  pointAtVersion(stateVersion: number): LedgerPoint | undefined {
    return stateVersion >= 1 && stateVersion <= this.headVersion
      ? pointOf(stateVersion)
      : undefined;
  }

  pointAtTime(timestampMs: number): LedgerPoint | undefined {
    const version = Math.floor((timestampMs - START_MS) / 1_000);
    return this.pointAtVersion(Math.min(version, this.headVersion));
  }

  pointAtEpoch(epoch: number, round = 1): LedgerPoint | undefined {
    return this.pointAtVersion(epoch * VERSIONS_PER_EPOCH + round - 1);
  }

  mintedCount(stateVersion: number): number {
    return stateVersion < SECOND_MINT_VERSION ? FIRST_MINTS : MINTED;
  }

  mintedId(position: number): string {
    return `#${position + 1}#`;
  }

  nonFungible(localId: string, stateVersion: number): NonFungibleRead {
    const serial = /^#\d+#$/.test(localId) ? Number(localId.slice(1, -1)) : 0;
    if (serial < 1 || serial > this.mintedCount(stateVersion)) return { kind: "unknown" };
    if (serial === 3 && stateVersion >= 40)
      return { kind: "burned", lastUpdatedAtStateVersion: 40 };
    const changed = serial === 7 && stateVersion >= 50;
    const minted = serial > FIRST_MINTS ? SECOND_MINT_VERSION : 1;
    return {
      kind: "live",
      data: cdpData(changed ? 50 : minted),
      lastUpdatedAtStateVersion: changed ? 50 : minted,
    };
  }

  componentState(address: string): SborNode | undefined {
    if (address === ADDRESS.market) {
      const counter: SborNode = { kind: "U64", field_name: "cdp_counter", value: "250" };
      return { kind: "Tuple", type_name: "LendingMarket", fields: [counter] };
    }
    if (address !== ADDRESS.pool) return undefined;
    const pools: SborNode = { kind: "Own", field_name: "resource_pools", value: ADDRESS.store };
    return { kind: "Tuple", type_name: "LendingPool", fields: [pools] };
  }

  keyValueEntries(store: string) {
    if (store !== ADDRESS.store) return undefined;
    return Array.from({ length: 150 }, (_, index) => ({
      key: { kind: "U64", value: String(150 - index) },
      value: { kind: "Tuple", type_name: "Entry", fields: [decimal(`${150 - index}.5`, "price")] },
      lastUpdatedAtStateVersion: 60,
    }));
  }

  stakingUnit(): undefined {
    return undefined;
  }

  fungibleDivisibility(resource: string): number | undefined {
    const divisibility: Record<string, number> = {
      [ADDRESS.xrd]: 18,
      [ADDRESS.usdc]: 6,
      [ADDRESS.depositUnit]: 18,
    };
    return divisibility[resource];
  }

  balances(account: string): Readonly<Record<string, string>> {
    return account === ADDRESS.account ? this.held : {};
  }

  async preview(request: PreviewRequest): Promise<Receipt> {
    this.previews.push(request);
    if (request.manifest === "NOT A MANIFEST;") throw new InvalidTransactionError("line 1: bad");
    if (request.manifest === "BUG;") throw new TypeError("a fault of the simulator");
    const nothing = { ...RECEIPT, output: [], events: [], errorMessage: "CDP is healthy" };
    if (request.manifest === "FAIL;") return { ...nothing, status: "Failed" };
    if (request.manifest === "REJECT;") return { ...nothing, status: "Rejected" };
    return RECEIPT;
  }

  async submit(payloadHex: string): Promise<{ readonly duplicate: boolean }> {
    if (payloadHex === "ee") throw new InvalidTransactionError("bad signature");
    const duplicate = this.submitted.has(payloadHex);
    this.submitted.add(payloadHex);
    return { duplicate };
  }

  intent(intentHash: string): IntentRead {
    return this.intents.get(intentHash) ?? UNKNOWN_INTENT;
  }

  committed(intentHash: string): CommittedTransaction | undefined {
    return this.commits.get(intentHash);
  }

  advance(seconds: number): LedgerPoint {
    this.clockMs += seconds * 1_000;
    if (!this.behaviour.frozen) this.headVersion += seconds;
    return this.head();
  }

  setPrices(prices: Readonly<Record<string, string>>): LedgerPoint {
    Object.assign(this.priceOf, prices);
    return this.head();
  }

  crash(fraction: string): LedgerPoint {
    this.crashes.push(fraction);
    return this.head();
  }

  removePrices(addresses: readonly string[]): LedgerPoint {
    for (const address of addresses) delete this.priceOf[address];
    return this.head();
  }

  prices(): Readonly<Record<string, string>> {
    return this.priceOf;
  }

  fund(_account: string, amounts: Readonly<Record<string, string>>): LedgerPoint {
    Object.assign(this.held, amounts);
    return this.head();
  }

  setServicesOff(services: readonly string[]): LedgerPoint {
    this.off = services;
    return this.head();
  }

  servicesOff(): readonly string[] {
    return this.off;
  }

  unfinalTogether(): Audit["unfinalTogether"] {
    return [];
  }

  audit(): Audit {
    return {
      cdps: { minted: MINTED, live: MINTED - 1, burned: 1 },
      overLine: [],
      liquidations: [],
      wronglyTouched: [],
      unfinalTogether: [],
      commits: { success: 0, failure: 0 },
      failures: [],
      imbalances: [],
      feesXrd: "0",
    };
  }
}

function pointOf(stateVersion: number): LedgerPoint {
  return {
    stateVersion,
    timestampMs: START_MS + stateVersion * 1_000,
    epoch: Math.floor(stateVersion / VERSIONS_PER_EPOCH),
    round: (stateVersion % VERSIONS_PER_EPOCH) + 1,
  };
}

function cdpData(updatedAt: number): SborNode {
  return {
    kind: "Tuple",
    type_name: "CDPData",
    fields: [{ kind: "I64", field_name: "updated_at", value: String(updatedAt) }],
  };
}
