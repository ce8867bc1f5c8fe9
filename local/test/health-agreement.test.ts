import {
  type CdpRead,
  connectGateway,
  type GatewayClient,
  type LedgerHealth,
  NETWORK_IDS,
  previewHealth,
  readCdps,
  readHead,
  readMarket,
  readStakingUnits,
  resolveMarket,
  xrdAddress,
} from "@weft/ledger";
import {
  assessHealth,
  type Cdp,
  compareDecimal,
  DECIMAL_ONE,
  DECIMAL_ZERO,
  type Market,
  mulDecimal,
  parseDecimal,
  pendingInterest,
  screen,
  type ValuedHealth,
} from "@weft/protocol";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLedger } from "../src/simulator/ledger/ledger.ts";
import type { SimulatedLedger } from "../src/simulator/ledger/types.ts";
import { createSimulatorServer } from "../src/simulator/server.ts";

const CDPS = 12_000;
const CALM = new AbortController().signal;
const START_MS = Date.UTC(2026, 5, 1);
/** What an indexer runs with. */
const LINES = { confirmFrom: parseDecimal("0.99"), badDebtCollateralXrd: parseDecimal("1") };

interface Pair {
  readonly cdp: Cdp;
  readonly ours: ValuedHealth;
  readonly theirs: LedgerHealth;
}

let ledger: SimulatedLedger;
let server: ReturnType<typeof createSimulatorServer>;
let gateway: GatewayClient;

beforeAll(async () => {
  ledger = createLedger({
    cdps: CDPS,
    seed: 7,
    commitDelayMs: 0,
    startMs: START_MS,
    // Time stands: what is read and what is previewed are one state.
    wallNowMs: () => START_MS,
  });
  ledger.crash("0.15");
  server = createSimulatorServer({ ledger, seed: 7 });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  gateway = connectGateway(
    {
      GATEWAY_URLS: [url],
      GATEWAY_MAX_IN_FLIGHT: 4,
      GATEWAY_REQUESTS_PER_SECOND: 10_000,
      GATEWAY_TIMEOUT_MS: 60_000,
      GATEWAY_CALL_BUDGET_MS: 60_000,
    },
    { app: "test", version: "0", registry: new Registry() },
  );
});

afterAll(() => server.close());

/** The first of the book, as an indexer reads them, beside what the ledger itself says of each. */
async function readBook(
  cdps: number,
): Promise<{ readonly market: Market; readonly pairs: readonly Pair[] }> {
  const { lendingMarket, lendingPool, cdpResource } = ledger.addresses;
  const { stateVersion, timestampMs: ledgerTimeMs } = await readHead(gateway, CALM);
  const addresses = { lendingMarket, lendingPool, cdpResource };
  const entities = await resolveMarket(gateway, addresses, stateVersion, CALM);
  const xrd = await xrdAddress(NETWORK_IDS.simulator);
  const market = await readMarket(gateway, entities, { stateVersion, ledgerTimeMs, xrd }, CALM);
  const ids = Array.from({ length: cdps }, (_, position) => ledger.mintedId(position));
  const reads = await readCdps(gateway, { cdpResource, ids, stateVersion }, CALM);
  const whole = await withStakingUnits(market, [...reads.values()]);
  const ours = new Map<string, Omit<Pair, "theirs">>();
  for (const [id, read] of reads) {
    if (read.kind !== "live") continue;
    const health = assessHealth(read.cdp, whole);
    if (health.kind === "valued") ours.set(id, { cdp: read.cdp, ours: health });
  }
  const theirs = await previewAll([...ours.keys()], lendingMarket);
  return {
    market,
    pairs: [...ours].map(([id, own]) => ({ ...own, theirs: theirs.get(id) as LedgerHealth })),
  };
}

/** As an indexer does: whatever is pledged and not of the market may be a staking unit. */
async function withStakingUnits(market: Market, reads: readonly CdpRead[]): Promise<Market> {
  const held = reads.flatMap((read) =>
    read.kind === "live" ? [...read.cdp.collaterals.keys()] : [],
  );
  const resources = [...new Set(held)].filter(
    (resource) => !market.resourceConfigs.has(resource) && !market.depositUnits.has(resource),
  );
  const { stateVersion, xrd } = market;
  const found = await readStakingUnits(gateway, { resources, stateVersion, xrd }, CALM);
  return { ...market, stakingUnits: found.redemptionsXrd };
}

async function previewAll(ids: readonly string[], lendingMarket: string) {
  const healths = new Map<string, LedgerHealth>();
  for (let start = 0; start < ids.length; start += 200) {
    const some = ids.slice(start, start + 200);
    const answer = await previewHealth(gateway, { lendingMarket, ids: some, signal: CALM });
    for (const [id, health] of answer) healths.set(id, health);
  }
  return healths;
}

describe("our health of a CDP and the ledger's, over twelve thousand CDPs", {
  timeout: 60_000,
}, () => {
  it("are the same to the last digit at one state, whatever was drawn", async () => {
    const { pairs } = await readBook(CDPS);
    expect(pairs.length).toBeGreaterThan(10_000);
    expect(
      pairs.filter(({ theirs }) => theirs.liquidationLtv > DECIMAL_ONE).length,
    ).toBeGreaterThan(200);
    const pledging = pairs.filter(({ theirs }) =>
      theirs.collaterals.some(({ resourceType }) => resourceType === "lsu"),
    );
    expect(pledging.length).toBeGreaterThan(100);
    for (const mode of ["identical", "group"]) {
      const inMode = pairs.filter(({ cdp }) =>
        [...cdp.collaterals.values()].some(({ efficiencyMode }) => efficiencyMode.kind === mode),
      );
      expect(inMode.length, mode).toBeGreaterThan(100);
    }
    for (const { ours, theirs } of pairs) {
      expect(ours.loanValue).toBe(theirs.loanValue);
      expect(ours.collateralValue).toBe(theirs.collateralValue);
      expect(ours.liquidationLtv).toBe(theirs.liquidationLtv);
    }
  });

  it("differ by less than a million-millionth when the ledger cuts its values once, so that nobody it calls liquidatable goes unasked", async () => {
    ledger.behaviour.rounding = "once";
    const { market, pairs } = await readBook(CDPS);
    ledger.behaviour.rounding = "each_step";
    const pending = pendingInterest(market);
    let apart = 0;
    for (const { ours, theirs } of pairs) {
      const verdict = screen(ours, LINES, pending);
      if (theirs.liquidationLtv > DECIMAL_ONE) expect(["confirm", "bad_debt"]).toContain(verdict);
      // What is left of a bad debt's collateral has few digits to lose.
      if (verdict === "bad_debt") continue;
      const difference = theirs.liquidationLtv - ours.liquidationLtv;
      if (difference !== 0n) apart += 1;
      const size = difference < 0n ? -difference : difference;
      expect(size * 10n ** 12n).toBeLessThan(ours.liquidationLtv);
    }
    expect(apart).toBeGreaterThan(1_000);
  });

  it("differ by no more than the interest that the pools have not written, when that is what they differ by", async () => {
    ledger.behaviour.interest = "pending";
    ledger.advance(20 * 3_600);
    const { market, pairs } = await readBook(CDPS / 4);
    const pending = pendingInterest(market);
    const most = [...pending.values()].toSorted(compareDecimal).at(-1) ?? DECIMAL_ZERO;
    expect(most).toBeGreaterThan(0n);
    let apart = 0;
    for (const { ours, theirs } of pairs) {
      if (theirs.liquidationLtv > DECIMAL_ONE) {
        expect(["confirm", "bad_debt"]).toContain(screen(ours, LINES, pending));
      }
      if (theirs.liquidationLtv <= ours.liquidationLtv) continue;
      apart += 1;
      // Two steps of 10^-18 for what either truncates.
      const bound = mulDecimal(ours.liquidationLtv, most) + 2n;
      expect(theirs.liquidationLtv - ours.liquidationLtv).toBeLessThanOrEqual(bound);
    }
    expect(apart).toBeGreaterThan(1_000);
  });
});
