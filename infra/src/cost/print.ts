import type { Saving } from "./cheaper.ts";
import type { CostLine, Estimate } from "./estimate.ts";
import type { Kind } from "./line.ts";
import { PRICES_AS_OF, SPOT_SHARE } from "./prices.ts";
import type { Amounts } from "./traffic.ts";

/** Why a thing is there all the time. Of what has no line here there is little to say, and little to save. */
const BECAUSE: Readonly<Partial<Record<Kind, string>>> = {
  endpoints:
    "calls to AWS stay inside the VPC; each endpoint has an interface in every zone, busy or not",
  systemNodes: "Karpenter and the operators must not run on nodes that Karpenter makes",
  nodes: "liquidators are never cold: their pods, and the room for the next, are always there",
  burstNodes: "one indexer is always there, and prefers Spot",
  nat: "the ledger is on the internet; a gateway in each zone, so that one may fail",
  cluster: "EKS asks the same for every cluster: no setting changes it",
  logs: "the control plane says everything it does, and flows are logged",
};
const EXPLAINED = 5;

/** The estimate as people read it. */
export function printEstimate(estimate: Estimate, savings: readonly Saving[]): string[] {
  return [
    `${estimate.environment} in ${estimate.region}, USD without tax, list prices as of ${PRICES_AS_OF}`,
    "idle: a month without a candidate; typical: a usual month; crash: what one hour at the design burst adds",
    "",
    ...table(estimate),
    "",
    ...explanation(estimate, savings),
    "",
    ...verdict(estimate),
    `Spot is taken to cost ${SPOT_SHARE * 100} % of the price on demand. Traffic that no template tells is assumed: infra/src/cost/traffic.ts.`,
  ];
}

const usd = (amount: number) => amount.toFixed(2);

function table({ lines, total }: Estimate): string[] {
  const rows = [
    ["item", "idle", "unit", "USD each", "idle USD", "typical USD", "crash USD"],
    ...lines.map(({ what, amounts, unit, unitUsd, usd: cost }) => [
      ...[what, quantity(amounts.idle), unit, String(Number(unitUsd.toPrecision(4)))],
      ...money(cost),
    ]),
    ["total", "", "", "", ...money(total)],
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const left = new Set([0, 2]);
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths?.[column] ?? 0;
        return left.has(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

const money = ({ idle, typical, crash }: Amounts) => [usd(idle), usd(typical), usd(crash)];
const quantity = (amount: number) => String(Number(amount.toPrecision(4)));

function explanation({ lines, total }: Estimate, savings: readonly Saving[]): string[] {
  const byKind = Map.groupBy(lines, ({ kind }: CostLine) => kind);
  const dearest = [...byKind]
    .map(([kind, of]) => ({ kind, idle: of.reduce((sum, line) => sum + line.usd.idle, 0), of }))
    .sort((one, other) => other.idle - one.idle)
    .slice(0, EXPLAINED);
  return [
    `Where an idle month goes: the ${EXPLAINED} largest, and what would be cheaper (found by making the environment so)`,
    ...dearest.flatMap(({ kind, idle, of }) => [
      `- ${of[0]?.what}: ${usd(idle)}, ${Math.round((idle / total.idle) * 100)} %. ${BECAUSE[kind] ?? ""}`,
      ...savings
        .filter((saving) => saving.of === kind)
        .map(
          ({ setting, idleUsd, givesUp }) =>
            `    ${setting} saves ${usd(idleUsd)}; given up: ${givesUp}`,
        ),
    ]),
  ];
}

function verdict({ total, budgetUsd }: Estimate): string[] {
  const share = Math.round((total.idle / budgetUsd) * 100);
  if (total.idle > budgetUsd) {
    return [
      `OVER BUDGET: an idle month is ${usd(total.idle)}, the budget ${usd(budgetUsd)} (aws.monthlyBudgetUsd): raise it, or take a cheaper setting`,
    ];
  }
  const warned =
    total.typical > 0.85 * budgetUsd ? "; its alarm at 85 % goes off in a usual month" : "";
  return [`An idle month is ${share} % of the budget of ${usd(budgetUsd)}${warned}.`];
}

/** For machines. */
export function estimateInJson(estimate: Estimate, savings: readonly Saving[]): string {
  return JSON.stringify(
    { pricesAsOf: PRICES_AS_OF, currency: "USD", ...estimate, savings },
    null,
    2,
  );
}
