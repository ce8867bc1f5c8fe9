import type { CdpRead, LedgerHead, LedgerHealth } from "@weft/ledger";
import type { Outcome } from "@weft/messages";
import { assessHealth, type Cdp, type Decimal, formatDecimal, type Market } from "@weft/protocol";
import type { CdpState, FleetState, PriceGuardStore } from "@weft/store";
import { type Answer, alignColumns, formatInstant } from "./answer.ts";
import { explainPosition, type Finding } from "./explain-position.ts";
import { attemptValue, outcomeRows } from "./list-attempts.ts";

export interface ExplainDeps {
  readonly readHead: (signal: AbortSignal) => Promise<LedgerHead>;
  readonly readMarket: (head: LedgerHead, signal: AbortSignal) => Promise<Market>;
  readonly readCdp: (cdpId: string, head: LedgerHead, signal: AbortSignal) => Promise<CdpRead>;
  readonly readHealth: (
    cdpId: string,
    signal: AbortSignal,
  ) => Promise<LedgerHealth | { readonly error: string }>;
  readonly readFleet: (signal: AbortSignal) => Promise<FleetState>;
  readonly readStored: (cdpId: string, signal: AbortSignal) => Promise<CdpState | undefined>;
  readonly readPrices: PriceGuardStore["read"];
  readonly findOutcomes: (cdpId: string, signal: AbortSignal) => Promise<Outcome[]>;
  readonly nowMs: (signal: AbortSignal) => Promise<number>;
  readonly badDebtCollateralXrd: Decimal;
}

/** Everything that is known of one CDP, and what follows from it. Reads only. */
export async function explain(
  cdpId: string,
  deps: ExplainDeps,
  signal: AbortSignal,
): Promise<Answer> {
  const head = await deps.readHead(signal);
  const [market, read, fleet, stored, outcomes, nowMs] = await Promise.all([
    deps.readMarket(head, signal),
    deps.readCdp(cdpId, head, signal),
    deps.readFleet(signal),
    deps.readStored(cdpId, signal),
    deps.findOutcomes(cdpId, signal),
    deps.nowMs(signal),
  ]);
  const cdp = read.kind === "live" ? read.cdp : null;
  const [ledger, prices] = await Promise.all([
    cdp === null ? null : deps.readHealth(cdpId, signal),
    cdp === null ? new Map<never, never>() : deps.readPrices(assetsOf(cdp, market), signal),
  ]);
  const findings = explainPosition({
    ...{ head, nowMs, ledger, fleet, prices, presence: read.kind, stored: stored ?? null },
    badDebtCollateralXrd: deps.badDebtCollateralXrd,
  });
  const value = {
    cdpId,
    head: {
      stateVersion: String(head.stateVersion),
      epoch: head.epoch,
      at: formatInstant(head.timestampMs),
    },
    findings,
    offLedger: cdp === null ? null : offLedgerValue(cdp, market),
    ledger: ledger === null || "error" in ledger ? ledger : ledgerValue(ledger),
    positions: cdp === null ? null : positionsValue(cdp),
    attempts: attemptValue(stored),
    outcomes,
  };
  return { value, lines: linesOf(value, findings, outcomes) };
}

/** Assets whose prices decide: a deposit unit is worth its asset's. XRD is what prices are told in. */
function assetsOf(cdp: Cdp, market: Market): string[] {
  const held = [...cdp.loans.keys(), ...cdp.collaterals.keys()];
  const assets = held.map((resource) => market.depositUnits.get(resource) ?? resource);
  return [...new Set(assets)].filter((asset) => asset !== market.xrd && market.prices.has(asset));
}

function offLedgerValue(cdp: Cdp, market: Market) {
  const health = assessHealth(cdp, market);
  if (health.kind !== "valued") return health;
  return {
    kind: health.kind,
    liquidationLtv: formatDecimal(health.liquidationLtv),
    loanValueXrd: formatDecimal(health.loanValue),
    collateralValueXrd: formatDecimal(health.collateralValue),
  };
}

function ledgerValue(health: LedgerHealth) {
  return {
    liquidationLtv: formatDecimal(health.liquidationLtv),
    loanValueXrd: formatDecimal(health.loanValue),
    collateralValueXrd: formatDecimal(health.collateralValue),
    loans: health.loans.map(({ resource, amount, price, value }) => ({
      resource,
      amount: formatDecimal(amount),
      priceXrd: formatDecimal(price),
      valueXrd: formatDecimal(value),
    })),
    collaterals: health.collaterals.map(({ resource, amount, price, value, liquidationValue }) => ({
      resource,
      amount: formatDecimal(amount),
      priceXrd: formatDecimal(price),
      valueXrd: formatDecimal(value),
      liquidationValueXrd: formatDecimal(liquidationValue),
    })),
  };
}

/** What it was last touched with: its risk configuration is of that version. */
function positionsValue(cdp: Cdp) {
  return {
    updatedAt: formatInstant(Number(cdp.updatedAtSeconds) * 1_000),
    loans: [...cdp.loans].map(([resource, { configVersion }]) => ({
      resource,
      configVersion: String(configVersion),
    })),
    collaterals: [...cdp.collaterals].map(([resource, { entryVersion, efficiencyMode }]) => ({
      resource,
      configVersion: String(entryVersion),
      efficiencyMode: efficiencyMode.kind,
    })),
    nftCollaterals: [...cdp.nftCollaterals].map(([resource, { nftIds }]) => ({ resource, nftIds })),
  };
}

type Explained = Pick<
  { cdpId: string; head: { stateVersion: string; epoch: number; at: string } },
  "cdpId" | "head"
> & {
  readonly ledger: ReturnType<typeof ledgerValue> | { readonly error: string } | null;
  readonly positions: ReturnType<typeof positionsValue> | null;
};

function linesOf(value: Explained, findings: readonly Finding[], outcomes: readonly Outcome[]) {
  const { cdpId, head, ledger, positions } = value;
  return [
    `CDP ${cdpId} at state version ${head.stateVersion}, epoch ${head.epoch}, ${head.at}`,
    ...findings.map(({ code, sentence }) => `  ${code}: ${sentence}`),
    ...positionLines(ledger, positions),
    "",
    ...(outcomes.length === 0 ? ["no outcomes in that time"] : outcomeRows(outcomes)),
  ];
}

function positionLines(ledger: Explained["ledger"], positions: Explained["positions"]): string[] {
  if (positions === null) return [];
  const valued = ledger !== null && "loans" in ledger ? ledger : { loans: [], collaterals: [] };
  const row =
    (
      kind: string,
      known: readonly { resource: string; amount: string; priceXrd: string; valueXrd: string }[],
    ) =>
    ({ resource, configVersion }: { resource: string; configVersion: string }) => {
      const {
        amount = "?",
        priceXrd = "?",
        valueXrd = "?",
      } = known.find((one) => one.resource === resource) ?? {};
      return [kind, resource, amount, priceXrd, valueXrd, configVersion];
    };
  const rows = [
    ...positions.loans.map(row("loan", valued.loans)),
    ...positions.collaterals.map(row("collateral", valued.collaterals)),
    ...positions.nftCollaterals.map(({ resource, nftIds }) => [
      "NFTs",
      resource,
      String(nftIds.length),
    ]),
  ];
  if (rows.length === 0) return [];
  return [
    "",
    ...alignColumns(["", "resource", "amount", "price XRD", "value XRD", "config"], rows),
  ];
}
