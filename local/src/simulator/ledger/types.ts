/** Programmatic SBOR JSON as the Gateway shows it; names (`field_name`, `type_name`, `variant_name`) only where there is a schema. */
export interface SborNode {
  readonly kind: string;
  readonly type_name?: string;
  readonly field_name?: string;
  readonly value?: string | boolean;
  readonly hex?: string;
  readonly element_kind?: string;
  readonly elements?: readonly SborNode[];
  readonly key_kind?: string;
  readonly value_kind?: string;
  readonly key_type_name?: string;
  readonly value_type_name?: string;
  readonly entries?: readonly { readonly key: SborNode; readonly value: SborNode }[];
  readonly fields?: readonly SborNode[];
  readonly variant_id?: string;
  readonly variant_name?: string;
}

/** Where the ledger stands, or stood. */
export interface LedgerPoint {
  readonly stateVersion: number;
  /** Proposer round timestamp, milliseconds since 1970. */
  readonly timestampMs: number;
  readonly epoch: number;
  readonly round: number;
}

export interface SimulatorAddresses {
  readonly network: "simulator";
  readonly networkId: 242;
  readonly lendingMarket: string;
  readonly lendingPool: string;
  readonly cdpResource: string;
  readonly transientResource: string;
  readonly xrd: string;
  /** Symbol → resource address of every lendable asset. */
  readonly resources: Readonly<Record<string, string>>;
  /** Symbol of the asset → address of its deposit unit. */
  readonly depositUnits: Readonly<Record<string, string>>;
  /** Non-fungible resource of claims on unstaked XRD: what CDPs pledge as NFT collateral. */
  readonly claimNft: string;
  /** Symbol of every asset but XRD → component that swaps it for XRD and back. */
  readonly dexPools: Readonly<Record<string, string>>;
}

export type NonFungibleRead =
  | { readonly kind: "unknown" }
  | { readonly kind: "burned"; readonly lastUpdatedAtStateVersion: number }
  | {
      readonly kind: "live";
      readonly data: SborNode;
      readonly lastUpdatedAtStateVersion: number;
    };

export interface KeyValueEntry {
  readonly key: SborNode;
  readonly value: SborNode;
  readonly lastUpdatedAtStateVersion: number;
}

/** An event as the receipt and committed-details show it. */
export interface LedgerEvent {
  readonly name: string;
  /** Component that emitted it. */
  readonly emitter: string;
  readonly data: SborNode;
}

export interface FeeSummary {
  readonly executionXrd: string;
  readonly finalizationXrd: string;
  readonly storageXrd: string;
  readonly royaltyXrd: string;
  readonly tippingXrd: string;
}

/** What executing a manifest came to. Balances of a `Succeeded` preview are not kept. */
export interface Receipt {
  readonly status: "Succeeded" | "Failed" | "Rejected";
  /** One node per manifest instruction, without names; only when it succeeded. */
  readonly output: readonly SborNode[];
  readonly events: readonly LedgerEvent[];
  readonly fees: FeeSummary;
  readonly errorMessage: string | null;
  /** Account or component → resource → signed amount. */
  readonly balanceChanges: readonly {
    readonly entity: string;
    readonly resource: string;
    readonly change: string;
  }[];
}

export interface PreviewRequest {
  readonly manifest: string;
  readonly startEpochInclusive?: number;
  readonly endEpochExclusive?: number;
  readonly signerPublicKeysHex: readonly string[];
  readonly useFreeCredit: boolean;
  readonly assumeAllSignatureProofs: boolean;
  readonly skipEpochCheck: boolean;
}

export type IntentStatus =
  | "Unknown"
  | "Pending"
  | "CommitPendingOutcomeUnknown"
  | "CommittedSuccess"
  | "CommittedFailure"
  | "PermanentlyRejected"
  | "LikelyButNotCertainRejection";

export interface IntentRead {
  readonly status: IntentStatus;
  readonly committedStateVersion: number | null;
  /** Known once submitted. */
  readonly endEpochExclusive: number | null;
  readonly payloadHash: string | null;
  readonly errorMessage: string | null;
}

export interface CommittedTransaction {
  readonly intentHash: string;
  readonly payloadHash: string;
  readonly payloadHex: string;
  readonly point: LedgerPoint;
  readonly receipt: Receipt;
  readonly feePaidXrd: string;
}

/** The manifest or the payload is not one the ledger would take up: the Gateway answers 400. */
export class InvalidTransactionError extends Error {
  override readonly name = "InvalidTransactionError";
}

/** One `liquidate` that the ledger committed. */
export interface CommittedLiquidation {
  readonly cdpId: string;
  readonly intentHash: string;
  readonly stateVersion: number;
  readonly liquidationLtvBefore: string;
  readonly liquidationLtvAfter: string;
  readonly paid: readonly { readonly resource: string; readonly amount: string }[];
  readonly seized: readonly { readonly resource: string; readonly amount: string }[];
  /** What `liquidate_nft` took; null when it was fungible collateral. */
  readonly seizedNft: { readonly resource: string; readonly id: string } | null;
  /** Assets lent by flash in the same transaction. */
  readonly flashLent: boolean;
  /** Swaps in the same transaction. */
  readonly swaps: number;
  /** What the transaction changed in the account that paid its fee, XRD, at the prices of the commit; each amount's value cut to 18 digits. */
  readonly profitXrd: string;
}

/** A transaction that was committed as a failure: nothing remains of it but its fee. */
export interface CommittedFailure {
  /** What it was to liquidate. */
  readonly cdpIds: readonly string[];
  readonly intentHash: string;
  readonly feeXrd: string;
}

/** The truth of the book, for whoever wants to check the backend against it. */
export interface Audit {
  readonly cdps: { readonly minted: number; readonly live: number; readonly burned: number };
  /** Live CDPs with liquidation_ltv > 1 now. */
  readonly overLine: readonly {
    readonly cdpId: string;
    readonly liquidationLtv: string;
    readonly loanValueXrd: string;
    readonly collateralValueXrd: string;
    readonly badDebt: boolean;
    /** Set aside in the book as one the backend need not liquidate. */
    readonly exempt: boolean;
  }[];
  readonly liquidations: readonly CommittedLiquidation[];
  /** CDPs changed by a liquidation although they were at or under the line just before it. */
  readonly wronglyTouched: readonly string[];
  /** Two intents of one CDP unfinal at once, seen at submission. Must stay empty. */
  readonly unfinalTogether: readonly {
    readonly cdpId: string;
    readonly intentHashes: readonly string[];
  }[];
  readonly commits: { readonly success: number; readonly failure: number };
  readonly failures: readonly CommittedFailure[];
  /** Empty when every resource is conserved: what accounts, CDPs, pool and fees hold is what was ever put in. */
  readonly imbalances: readonly {
    readonly resource: string;
    readonly expected: string;
    readonly actual: string;
  }[];
  /** Fees burnt by every committed transaction, XRD. */
  readonly feesXrd: string;
}

/** Switches for what a test or a demonstration wants of the ledger. */
export interface LedgerBehaviour {
  /** From submission to commit, milliseconds of wall time. */
  commitDelayMs: number;
  /** The head stops: time goes on, rounds and commits do not. */
  frozen: boolean;
  /** What happens to a payment in excess of what may be repaid (not published; radix-weft.md 7). */
  excessPayment: "returned" | "rejected";
  /** Order of seizure when the caller names several collaterals (not published). */
  seizureOrder: "as_requested" | "largest_first";
  /**
   * When the pools write interest: all of them whenever time is moved, or each when it is touched and its last writing is a
   * day old, as the real ones do. Then `get_cdp` and liquidations count what is due (inferred), and state read lags behind.
   */
  interest: "written" | "pending";
  /** Whether a liquidation may leave a loan worth under 1 XRD behind (not published). */
  dust: "allowed" | "refused";
  /** Whether the fee of `liquidate_nft` comes on top of the compensation, or is a part of it (not published). */
  nftFee: "on_top" | "included";
  /** Whether the close factor holds for `liquidate_nft` too (not published). */
  nftCloseFactor: "ignored" | "applied";
  /** Whether a CDP's values are cut to 18 places at each step, or once each, at the end (not published). */
  rounding: "each_step" | "once";
  /** Whether a ratio of exactly 1 lets anyone liquidate (a public indexer has it so, the documentation does not). */
  line: "above" | "at";
  /** Whether liquidation thresholds are those that the configuration names, or nine tenths of them (nobody says so; it is the belief that costs most). */
  thresholds: "as_configured" | "lower";
  /** What the market says of a debt that nothing stands against: the greatest Decimal for a ratio, or nothing (not published). */
  emptyRatio: "greatest" | "fails";
  /** CDPs that the market refuses to liquidate, whatever they are worth: by preview and on ledger, which costs the fee. */
  refusedCdpIds: readonly string[];
  /** CDPs whose liquidation goes through by preview and fails once it is on ledger, which costs the fee. */
  failingCdpIds: readonly string[];
  /** Part of the value that a swap costs, 0 to 1, as decimal text. */
  dexSpread: string;
  /** Value at which a swap brings half of what it should, XRD, as decimal text. */
  dexDepthXrd: string;
  /** A live feed writes what it sees again every 900 s of simulated time and at each `advance`; prices set by hand are what it sees. */
  priceFeed?: "live" | "stopped";
}

/** What an execution needs to know of the behaviour. */
export type LedgerRules = Pick<
  LedgerBehaviour,
  | "excessPayment"
  | "seizureOrder"
  | "interest"
  | "dust"
  | "nftFee"
  | "nftCloseFactor"
  | "rounding"
  | "line"
  | "thresholds"
  | "emptyRatio"
  | "refusedCdpIds"
  | "dexSpread"
  | "dexDepthXrd"
>;

/** The ledger behind the simulated Gateway: a book of CDPs with its whole history. */
export interface SimulatedLedger {
  readonly addresses: SimulatorAddresses;
  readonly behaviour: LedgerBehaviour;
  /** Simulated time: goes on with the wall clock, and jumps by `advance`. */
  nowMs(): number;
  /** The head; rounds that are due are made first. */
  head(): LedgerPoint;
  /** The point of an exact past version, or undefined beyond the head or before the beginning. */
  pointAtVersion(stateVersion: number): LedgerPoint | undefined;
  /** Latest point at or before a time, or at an epoch (its first round unless told). */
  pointAtTime(timestampMs: number): LedgerPoint | undefined;
  pointAtEpoch(epoch: number, round?: number): LedgerPoint | undefined;

  /** CDP local ids ever minted at that version, in mint order, burned ones too. */
  mintedCount(stateVersion: number): number;
  mintedId(position: number): string;
  nonFungible(localId: string, stateVersion: number): NonFungibleRead;
  /** Annotated state of a component, or undefined when there is no such component. */
  componentState(address: string, stateVersion: number): SborNode | undefined;
  /** Entries newest first, deleted ones left out, or undefined when there is no such store. */
  keyValueEntries(store: string, stateVersion: number): readonly KeyValueEntry[] | undefined;
  /** Divisibility of a fungible resource, or undefined. */
  fungibleDivisibility(resource: string): number | undefined;
  /** What a liquid staking unit redeems for, or undefined when it is none. */
  stakingUnit(
    resource: string,
  ): { readonly validator: string; readonly redemptionXrd: string } | undefined;
  /** Resource → amount held by an account at that version. */
  balances(account: string, stateVersion: number): Readonly<Record<string, string>>;

  /** @throws {InvalidTransactionError} when the manifest does not compile */
  preview(request: PreviewRequest): Promise<Receipt>;
  /**
   * Takes a notarized transaction up, or says it already knows it.
   * @throws {InvalidTransactionError} on a payload that no mempool would accept (signature, network, epoch window, already committed)
   */
  submit(payloadHex: string): Promise<{ readonly duplicate: boolean }>;
  intent(intentHash: string): IntentRead;
  committed(intentHash: string): CommittedTransaction | undefined;

  /** Moves time on; interest accrues. */
  advance(seconds: number): LedgerPoint;
  /** Sets prices by resource address, in XRD, as a new observation of each. */
  setPrices(prices: Readonly<Record<string, string>>): LedgerPoint;
  /** Takes prices out of the cache, by resource address: what depends on them cannot be valued until they are set again. */
  removePrices(addresses: readonly string[]): LedgerPoint;
  /** XRD and LSULP fall by the fraction against everything else, BTC and ETH by half of it: all in XRD, so other prices rise. */
  crash(fraction: string): LedgerPoint;
  prices(): Readonly<Record<string, string>>;
  fund(account: string, amounts: Readonly<Record<string, string>>): LedgerPoint;
  /** Services of the market that are off, as `RepayForLiquidation/Global` or `RemoveForLiquidation/<resource>`; all others are on. */
  setServicesOff(services: readonly string[]): LedgerPoint;
  servicesOff(): readonly string[];
  audit(): Audit;
  /** What the audit says of it, for a look that costs nothing. */
  unfinalTogether(): Audit["unfinalTogether"];
}
