import {
  addDecimal,
  DECIMAL_ZERO,
  formatDecimal,
  type LiquidationPlan,
  spendOf,
} from "@weft/protocol";
import { type Answer, alignColumns } from "../answer.ts";
import type { Rehearsal, RehearsedPosition } from "./rehearse.ts";
import type { TreasuryNeed } from "./treasury-needs.ts";
import { isFault, isFine, VERDICTS, type Verdict } from "./verdicts.ts";

/** More rows than these are for `--json`. */
const MOST_ROWS = 50;
const LONGEST_DETAIL = 160;

/** A rehearsal for people and for machines. It failed when something of ours is amiss. */
export function rehearsalAnswer(rehearsal: Rehearsal, network: string, xrd: string): Answer {
  const { head, counts, positions, needs, priceGuard, hasAccount } = rehearsal;
  const byVerdict = Map.groupBy(positions, ({ verdict }) => verdict);
  const failed = positions.some(({ verdict }) => isFault(verdict));
  const value = {
    network,
    stateVersion: String(head.stateVersion),
    counts: { ...counts, rehearsed: positions.length },
    verdicts: Object.fromEntries([...byVerdict].map(([verdict, all]) => [verdict, all.length])),
    priceGuard,
    hasAccount,
    failed,
    positions: positions.map((position) => positionValue(position, xrd)),
    treasury: needs.map(needValue),
  };
  const { minted, burned, withoutDebt, owing } = counts;
  const others = `${minted} minted, ${burned} burned, ${withoutDebt} without debt`;
  return {
    value,
    failed,
    lines: [
      `rehearsed ${positions.length} of ${owing} CDPs that owe something (${others}), ${network} at state version ${head.stateVersion}`,
      `price guard: ${priceGuard}`,
      ...(hasAccount ? [] : ["nothing is previewed: no account is known (SIGNER_ACCOUNT)"]),
      "",
      ...alignColumns(["", "CDPs", "by", "profit XRD"], verdictRows(byVerdict)),
      ...refusedLines(positions),
      ...treasuryLines(needs),
      "",
      failed ? "FAIL: not everybody could be liquidated, for reasons of ours" : "PASS",
    ],
  };
}

type ByVerdict = ReadonlyMap<Verdict, readonly RehearsedPosition[]>;

function verdictRows(byVerdict: ByVerdict): string[][] {
  return VERDICTS.flatMap((verdict) => {
    const all = byVerdict.get(verdict);
    if (all === undefined) return [];
    const plans = all.map(({ plan }) => plan).filter((plan) => plan !== null);
    const fundings = Map.groupBy(plans, ({ funding }) => funding);
    const by = [...fundings].map(([funding, some]) => `${some.length} ${funding}`).sort();
    const profit = plans.reduce((sum, plan) => addDecimal(sum, plan.profitXrd), DECIMAL_ZERO);
    const earns = isFine(verdict) ? rounded(formatDecimal(profit)) : "";
    return [[verdict, String(all.length), by.join(", "), earns]];
  });
}

function refusedLines(positions: readonly RehearsedPosition[]): string[] {
  const refused = positions
    .filter(({ verdict }) => !isFine(verdict))
    .toSorted((a, b) => Number(isFault(b.verdict)) - Number(isFault(a.verdict)));
  if (refused.length === 0) return [];
  const rows = refused
    .slice(0, MOST_ROWS)
    .map(({ cdpId, verdict, health, detail }) => [
      cdpId,
      verdict,
      health === null ? "?" : rounded(formatDecimal(health.loanValue)),
      detail.slice(0, LONGEST_DETAIL),
    ]);
  const more = refused.length - rows.length;
  return [
    "",
    "not to be liquidated:",
    ...alignColumns(["CDP", "verdict", "owes XRD", "why"], rows),
    ...(more > 0 ? [`and ${more} more: --json names them`] : []),
  ];
}

function treasuryLines(needs: readonly TreasuryNeed[]): string[] {
  if (needs.length === 0) return [];
  const rows = needs.map((need) => [
    need.resource,
    formatDecimal(need.all),
    `${formatDecimal(need.largest)} (${need.largestCdpId})`,
    need.spendable === null ? "?" : formatDecimal(need.spendable),
    need.lacksForAll === null ? "?" : formatDecimal(need.lacksForAll),
  ]);
  return [
    "",
    "to serve them all out of the account, without flash loans:",
    ...alignColumns(["asset", "all", "largest single", "to spend", "lacks"], rows),
  ];
}

function positionValue(
  { cdpId, verdict, detail, health, plan, feeXrd, need }: RehearsedPosition,
  xrd: string,
) {
  return {
    cdpId,
    verdict,
    detail,
    liquidationLtv: health && formatDecimal(health.liquidationLtv),
    loanValueXrd: health && formatDecimal(health.loanValue),
    collateralValueXrd: health && formatDecimal(health.collateralValue),
    loans: health?.loans.map(({ resource }) => resource) ?? [],
    collaterals: health?.collaterals.map(({ resource }) => resource) ?? [],
    plan: plan && planValue(plan, xrd),
    feeXrd: feeXrd === null ? null : formatDecimal(feeXrd),
    need: [...need].map(([resource, amount]) => ({ resource, amount: formatDecimal(amount) })),
  };
}

function planValue(plan: LiquidationPlan, xrd: string) {
  const seizes = plan.funding === "nft" ? [] : plan.seize;
  const repays = plan.funding === "nft" ? plan.payments : [plan.repay];
  const amountOf = ({ resource, amount }: (typeof repays)[number]) => ({
    resource,
    amount: formatDecimal(amount),
  });
  return {
    funding: plan.funding,
    profitXrd: formatDecimal(plan.profitXrd),
    repays: repays.map(amountOf),
    spends: [...spendOf(plan, xrd)].map(([resource, amount]) => ({
      resource,
      amount: formatDecimal(amount),
    })),
    seizes: seizes.map(({ resource, expectedAmount }) => ({
      resource,
      amount: formatDecimal(expectedAmount),
    })),
    nft: plan.funding === "nft" ? plan.nft : null,
  };
}

function needValue(need: TreasuryNeed) {
  const { resource, largestCdpId } = need;
  const { all, largest, spendable, lacksForAll, lacksForLargest } = need;
  const amounts = { all, largest, spendable, lacksForAll, lacksForLargest };
  const texts = Object.entries(amounts).map(([name, amount]) => [
    name,
    amount === null ? null : formatDecimal(amount),
  ]);
  return { resource, largestCdpId, ...Object.fromEntries(texts) };
}

/** To the hundredth, cut off. */
const rounded = (text: string) => text.replace(/(\.\d\d)\d+$/, "$1");
