import {
  ADDRESSES,
  DEX_ASSETS,
  depositUnitAddress,
  LENDERS_ACCOUNT,
  resourceAddress,
  STAKING_UNITS,
} from "./addresses.ts";
import { type DrawRatios, drawBadDebt, drawCdp } from "./draw-cdp.ts";
import { drawSpecial, SPECIAL_KINDS } from "./draw-special.ts";
import { createTables, type Tables } from "./history.ts";
import type { CdpState, PoolState } from "./model.ts";
import { ceilTo, floorTo, Num, ONE, text, toDecimal, toPrecise, ZERO } from "./numbers.ts";
import { observationHash } from "./price-feed.ts";
import { ASSETS, type Asset } from "./prices.ts";
import { createRandom, type Random } from "./random.ts";

/** What is borrowed and pledged of one asset, over all CDPs. */
interface Totals {
  loanUnits: Num;
  pledgedUnits: Num;
}

/** From this size on a book has at least one CDP that nobody can save. */
const BAD_DEBT_FROM_CDPS = 20;
const CDPS_PER_SPECIAL = 300;
/** One CDP in so many pledges staking units where it would have pledged XRD. */
const CDPS_PER_STAKER = 17;
/** Of either side of a pool that swaps: more than any run of liquidations sells. */
const DEX_RESERVE = "1000000000000000";

/**
 * Draws the whole opening state: CDPs #1# to #cdps#, pools that hold what the CDPs owe and pledge, prices.
 * Equal arguments give an equal book. About 3 % of the CDPs are burned, 10 % owe nothing, 0.4 % are bad debt.
 */
export function drawBook(options: {
  cdps: number;
  seed: number;
  startVersion: number;
  startSeconds: number;
}): Tables {
  const random = createRandom(options.seed);
  const tables = createTables();
  const ratios = new Map(ASSETS.map((asset) => [asset.symbol, drawRatios(random)]));
  const plain = new Map<string, DrawRatios>(
    Array.from(ratios, ([symbol, { deposit, loan }]) => [
      symbol,
      { deposit: deposit.toNumber(), loan: loan.toNumber() },
    ]),
  );
  const forced = Math.ceil(options.cdps * 0.37);
  const specials = specialNumbers(options.cdps);
  for (let number = 1; number <= options.cdps; number += 1) {
    const drawn = drawCdp(random, plain);
    const isForced = number === forced && options.cdps >= BAD_DEBT_FROM_CDPS;
    const kind = specials.get(number);
    const ordinary = isForced ? drawBadDebt(random, plain, drawn) : drawn;
    const plainly = number % CDPS_PER_STAKER === 0 ? staked(ordinary, number) : ordinary;
    const cdp = kind ? drawSpecial(kind, { number, ratios: plain, dates: drawn }) : plainly;
    const age = options.cdps - number + 1;
    const since = options.startVersion - age * 40 + Math.floor(random.between(0, 40));
    tables.cdps.put(`#${number}#`, cdp, since);
  }
  const totals = totalsOf(tables);
  const lenders = new Map<string, Num>();
  for (const asset of ASSETS) {
    const address = resourceAddress(asset.symbol);
    const { pool, otherDepositUnits } = openPool(random, {
      asset,
      ratios: ratios.get(asset.symbol) as { deposit: Num; loan: Num },
      totals: totals.get(asset.symbol) as Totals,
      startSeconds: options.startSeconds,
    });
    tables.pools.put(address, pool, options.startVersion);
    lenders.set(depositUnitAddress(asset.symbol), otherDepositUnits);
    const timestampSeconds = options.startSeconds - Math.floor(random.between(5, 300));
    tables.prices.put(
      address,
      {
        price: new Num(asset.price),
        timestampSeconds,
        transactionHash: observationHash(address, timestampSeconds),
      },
      options.startVersion,
    );
  }
  tables.accounts.put(LENDERS_ACCOUNT, lenders, options.startVersion);
  for (const [component, asset] of DEX_ASSETS) {
    const reserves = [asset, ADDRESSES.xrd].map(
      (address) => [address, new Num(DEX_RESERVE)] as const,
    );
    tables.accounts.put(component, new Map(reserves), options.startVersion);
  }
  tables.protocol.put(ADDRESSES.lendingMarket, new Map(), options.startVersion);
  return tables;
}

/**
 * The same CDP with staking units in place of its XRD. Not where hUSDT is owed: who has none would have to sell what is seized,
 * and nothing here swaps staking units.
 */
function staked(cdp: CdpState, number: number): CdpState {
  if (cdp.loans.some(({ asset }) => asset === resourceAddress("hUSDT"))) return cdp;
  const units = [...STAKING_UNITS];
  const [unit, { redemptionXrd }] = units[
    (number / CDPS_PER_STAKER) % units.length
  ] as (typeof units)[0];
  const collaterals = cdp.collaterals.map((held) =>
    held.resource === ADDRESSES.xrd
      ? {
          ...held,
          resource: unit,
          amount: text(toDecimal(new Num(held.amount).div(redemptionXrd))),
        }
      : held,
  );
  return { ...cdp, collaterals };
}

/** Which CDPs of a book stand for a way to pay; one of each kind per three hundred, and at least one. */
function specialNumbers(cdps: number): ReadonlyMap<number, (typeof SPECIAL_KINDS)[number]> {
  if (cdps < BAD_DEBT_FROM_CDPS) return new Map();
  const rows = Math.max(1, Math.floor(cdps / CDPS_PER_SPECIAL));
  return new Map(
    Array.from({ length: rows }, (_, row) =>
      SPECIAL_KINDS.map((kind, column) => {
        const place = (row + (column + 1) / (SPECIAL_KINDS.length + 1)) / rows;
        return [Math.ceil(cdps * place), kind] as const;
      }),
    ).flat(),
  );
}

function drawRatios(random: Random): { deposit: Num; loan: Num } {
  const loan = random.between(0.86, 0.96);
  const deposit = loan + (1 - loan) * random.between(0.35, 0.6);
  return {
    deposit: new Num(`${deposit.toFixed(6)}${random.digits(29)}7`),
    loan: new Num(`${loan.toFixed(6)}${random.digits(29)}3`),
  };
}

function totalsOf(tables: Tables): Map<string, Totals> {
  const byResource = new Map<string, Totals>();
  const bySymbol = new Map<string, Totals>();
  for (const { symbol } of ASSETS) {
    const totals = { loanUnits: ZERO, pledgedUnits: ZERO };
    bySymbol.set(symbol, totals);
    byResource.set(resourceAddress(symbol), totals);
    byResource.set(depositUnitAddress(symbol), totals);
  }
  const isUnit = new Set(ASSETS.map(({ symbol }) => depositUnitAddress(symbol)));
  for (const id of tables.cdps.keys()) {
    const cdp = tables.cdps.get(id);
    for (const loan of cdp?.loans ?? []) {
      const totals = byResource.get(loan.asset) as Totals;
      totals.loanUnits = totals.loanUnits.plus(loan.units);
    }
    for (const { resource, amount } of cdp?.collaterals ?? []) {
      if (isUnit.has(resource)) {
        const totals = byResource.get(resource) as Totals;
        totals.pledgedUnits = totals.pledgedUnits.plus(amount);
      }
    }
  }
  return bySymbol;
}

/** A pool out of which the loans were lent: deposits = liquidity + loans - fee, at 10 to 20 % utilisation: no liquidation waits for another to bring back what it needs. */
function openPool(
  random: Random,
  options: {
    asset: Asset;
    ratios: { deposit: Num; loan: Num };
    totals: Totals;
    startSeconds: number;
  },
): { pool: PoolState; otherDepositUnits: Num } {
  const { asset, ratios, totals } = options;
  const lent = toPrecise(totals.loanUnits.div(ratios.loan));
  const pledged = totals.pledgedUnits.div(ratios.deposit);
  const wanted = Num.max(lent.div(random.between(0.1, 0.2).toFixed(4)), pledged.times(3), ONE);
  const units = ceilTo(wanted.times(ratios.deposit), asset.divisibility);
  const deposited = toPrecise(units.div(ratios.deposit));
  const pool: PoolState = {
    liquidity: floorTo(deposited.minus(lent), asset.divisibility),
    interestRate: new Num(random.between(0.02, 0.2).toFixed(6)),
    interestUpdatedAtSeconds: options.startSeconds,
    pendingFee: ZERO,
    deposit: { total: deposited, units, ratio: ratios.deposit },
    loan: { total: lent, units: totals.loanUnits, ratio: ratios.loan },
  };
  return { pool, otherDepositUnits: units.minus(totals.pledgedUnits) };
}
