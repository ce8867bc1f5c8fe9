import type { Audit } from "../simulator/ledger/types.ts";
import type { Coverage } from "./coverage.ts";
import type { Percentiles } from "./latency.ts";
import { priceText } from "./price-decisions.ts";
import type { Report } from "./report.ts";

/** Where the traces of a run lie, as the person at the terminal would type it. */
export interface Places {
  readonly snapshots: string;
  readonly outcomes: string;
  readonly logs: string;
  readonly report: string | null;
}

/** The result of a run for people. */
export function summaryLines(report: Report, audit: Audit | null, places: Places): string[] {
  const { latencyMs, gatewayRequests } = report;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["positions", [positionsText(report, audit)]],
    ["over the line", report.overLine === null ? [] : [overLineText(report.overLine)]],
    ["coverage", report.rounds.map(({ round, coverage }) => coverageText(round, coverage))],
    ["prices", report.rounds.map(pricesText)],
    ["candidates", [number(report.candidates)]],
    ["endings", [endingsText(report.endings)]],
    ["paid for by", audit === null ? [] : [fundingText(report.funding)]],
    ["profit", audit === null ? [] : [`${rounded(report.profitXrd)} XRD after fees`]],
    [
      "latency",
      [
        `candidate queued to submitted     ${percentilesText(latencyMs.queuedToSubmitted)}`,
        `submitted to known as committed   ${percentilesText(latencyMs.submittedToCommitted)}`,
      ],
    ],
    [
      "gateway",
      gatewayRequests === null
        ? []
        : [
            `${number(gatewayRequests.reads)} reads, ${number(gatewayRequests.previews)} previews, ${number(gatewayRequests.transactions)} transactions`,
          ],
    ],
    ["restarts", [restartsText(report.restarts)]],
    ["snapshots", [places.snapshots]],
    ["outcomes", [places.outcomes]],
    ["logs", [places.logs]],
    ["report", places.report === null ? [] : [places.report]],
  ];
  const body = rows.flatMap(([name, lines]) =>
    lines.map((line, index) => `  ${(index === 0 ? name : "").padEnd(15)}${line}`),
  );
  return ["", ...body, "", ...verdictLines(report)];
}

function verdictLines(report: Report): string[] {
  const seconds = (report.wallMs / 1_000).toFixed(1);
  if (!report.ok) {
    return [`FAIL in ${seconds} s:`, ...report.violations.map((violation) => `  - ${violation}`)];
  }
  if (report.overLine === null) {
    return [`DONE in ${seconds} s: every position was read; nothing was signed`];
  }
  if (report.dryRun) {
    return [
      `PASS in ${seconds} s: nothing was signed, each position over the line was planned for,`,
      "and all books add up",
    ];
  }
  return [
    `PASS in ${seconds} s: every position over the line was liquidated until it was not,`,
    "none under it was touched, and all books add up",
  ];
}

function positionsText({ cdps }: Report, audit: Audit | null): string {
  if (audit === null) return number(cdps);
  return `${number(cdps)} minted: ${number(audit.cdps.live)} live, ${number(audit.cdps.burned)} burned`;
}

function overLineText(overLine: NonNullable<Report["overLine"]>): string {
  const { badDebt, unprofitable, held, exempt, missed } = overLine;
  const parts = [
    [badDebt, "bad debt"],
    [unprofitable, "unprofitable"],
    [held, "held back"],
    [exempt, "exempt"],
    [missed, "MISSED"],
  ] as const;
  const total = parts.reduce((sum, [n]) => sum + n, 0);
  const why = parts.filter(([n]) => n > 0).map(([n, reason]) => `${number(n)} ${reason}`);
  return total === 0 ? "none at the end" : `${number(total)} at the end: ${why.join(", ")}`;
}

function coverageText(round: number, { expected, scanned, skipped, failed }: Coverage): string {
  return `round ${round}: ${number(expected)} = ${number(scanned)} scanned + ${number(skipped)} skipped + ${number(failed)} failed`;
}

function pricesText({ round, prices, unverified }: Report["rounds"][number]): string {
  const decided = prices === null ? "not judged" : priceText(prices);
  const waiting = unverified === 0 ? "" : `; ${number(unverified)} positions unverified`;
  return `round ${round}: ${decided}${waiting}`;
}

function endingsText(endings: Report["endings"]): string {
  const parts = Object.entries(endings)
    .filter(([, n]) => n > 0)
    .map(([ending, n]) => `${number(n)} ${ending}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

function fundingText(funding: Report["funding"]): string {
  const parts = Object.entries(funding).map(([kind, n]) => `${number(n)} ${kind}`);
  return parts.join(", ");
}

function percentilesText({ p50, p95, p99 }: Percentiles): string {
  if (p50 === null) return "(none)";
  return `p50 ${number(p50)} ms, p95 ${number(p95 ?? 0)} ms, p99 ${number(p99 ?? 0)} ms`;
}

function restartsText(restarts: Report["restarts"]): string {
  const parts = Object.entries(restarts).map(([name, n]) => `${name} ${n} times`);
  return parts.length === 0 ? "none" : parts.join(", ").replaceAll(" 1 times", " once");
}

/** Thousands apart, so that large counts can be read. */
function number(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, " ");
}

function rounded(decimal: string): string {
  return Number(decimal).toFixed(2);
}
