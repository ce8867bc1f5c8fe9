export interface SavedQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** The runs of the last while: every query says its time, or it would list the whole history. */
const lastHours = (hours: number) =>
  `run >= date_format(current_timestamp AT TIME ZONE 'UTC' - INTERVAL '${hours}' HOUR, '%Y%m%dT%H%i%sZ')`;

/** What an analyst wants first. */
export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    name: "health-over-time",
    description:
      "How many CDPs, and how much debt, lie how near to the line, run by run, over a day",
    sql: `SELECT
  run,
  CASE
    WHEN verdict = 'no_debt' THEN 'no debt'
    WHEN liquidation_ltv_text IS NOT NULL OR liquidation_ltv > 1 THEN 'over the line'
    WHEN liquidation_ltv IS NULL THEN 'not valued'
    WHEN liquidation_ltv > 0.95 THEN '0.95 to 1'
    WHEN liquidation_ltv > 0.8 THEN '0.8 to 0.95'
    ELSE 'below 0.8'
  END AS band,
  count(*) AS cdps,
  sum(loan_value_xrd) AS loan_value_xrd
FROM snapshots
WHERE ${lastHours(24)}
GROUP BY 1, 2
ORDER BY 1, 2
`,
  },
  {
    name: "near-the-line",
    description: "The CDPs of the latest run that are nearest to liquidation, or over the line",
    sql: `SELECT
  cdp_id,
  coalesce(confirmed_liquidation_ltv, liquidation_ltv) AS liquidation_ltv,
  coalesce(confirmed_liquidation_ltv_text, liquidation_ltv_text) AS boundless_ltv,
  verdict,
  reason,
  loan_value_xrd,
  collateral_value_xrd,
  state_version
FROM snapshots
WHERE ${lastHours(1)}
  AND run = (SELECT max(run) FROM snapshots WHERE ${lastHours(1)})
  AND (liquidation_ltv > 0.9 OR confirmed_liquidation_ltv > 0.9
    OR liquidation_ltv_text IS NOT NULL OR confirmed_liquidation_ltv_text IS NOT NULL)
ORDER BY 2 DESC NULLS FIRST
`,
  },
  {
    name: "coverage-of-a-run",
    description:
      "What each run of the last three hours read, by verdict; a batch that is missing shows in the count",
    sql: `SELECT
  run,
  count(DISTINCT batch_index) AS batches,
  max(batch_index) + 1 AS batches_by_highest_index,
  count(*) AS cdps,
  count(DISTINCT cdp_id) AS distinct_cdps,
  min(state_version) AS state_version,
  count(DISTINCT state_version) AS state_versions,
  histogram(verdict) AS verdicts,
  histogram(reason) AS reasons
FROM snapshots
WHERE ${lastHours(3)}
GROUP BY run
ORDER BY run
`,
  },
  {
    name: "earnings-of-a-day",
    description: "How the attempts of a day ended, by how they were paid for, and what they earned",
    sql: `SELECT
  ending,
  funding,
  count(*) AS attempts,
  count(DISTINCT cdpId) AS cdps,
  sum(CAST(profitXrd AS DECIMAL(38, 18))) AS profit_xrd,
  sum(CAST(transaction.feeXrd AS DECIMAL(38, 18))) AS fees_xrd
FROM outcomes
WHERE ${lastHours(24)}
GROUP BY 1, 2
ORDER BY 1, 2
`,
  },
];
