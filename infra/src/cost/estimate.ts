import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderObjects } from "@weft/charts/render";
import type { Environment } from "@weft/environments";
import { buildStacks } from "../app.ts";
import { contextOf } from "../context.ts";
import { acknowledgeFindings } from "../nag/acknowledgements.ts";
import { readTemplates, type Templates } from "../templates.ts";
import type { Kind, Line } from "./line.ts";
import { manifestLines } from "./manifest-lines.ts";
import { type Manifest, workersOf } from "./manifests.ts";
import { PRICES, type PricedRegion, pricedRegion } from "./prices.ts";
import { templateLines } from "./template-lines.ts";
import {
  type Amounts,
  ASSUMED,
  plus,
  standing,
  type Traffic,
  times,
  trafficOf,
} from "./traffic.ts";

/** A line with what it comes to, USD. */
export interface CostLine {
  readonly kind: Kind;
  readonly what: string;
  readonly unit: string;
  readonly unitUsd: number;
  readonly source: string;
  readonly amounts: Amounts;
  readonly usd: Amounts;
}

export interface Estimate {
  readonly environment: string;
  readonly region: PricedRegion;
  readonly budgetUsd: number;
  /** The dearest idle line first. */
  readonly lines: readonly CostLine[];
  readonly total: Amounts;
}

/** What an environment costs, by what is synthesized and rendered of it. Takes a second or two; asks nobody. */
export async function estimate(env: Environment): Promise<Estimate> {
  const { aws } = contextOf(env);
  const region = pricedRegion(aws.region);
  const manifests = renderObjects(env, { lock: {}, release: false }) as readonly Manifest[];
  const { indexer = NONE, liquidator = NONE } = workersOf(manifests);
  const traffic = trafficOf(env, { indexer, liquidator });
  const lines = merged(
    [
      ...templateLines(await synthesized(env), traffic),
      ...manifestLines(manifests, region),
      ...wireLines(traffic, aws.interfaceEndpoints),
    ],
    region,
  );
  return {
    ...{ environment: env.name, region, budgetUsd: aws.monthlyBudgetUsd, lines },
    total: plus(...lines.map(({ usd }) => usd)),
  };
}

const NONE = { min: 0, max: 0 };

async function synthesized(env: Environment): Promise<Templates> {
  const folder = await mkdtemp(join(tmpdir(), "weft-cost-"));
  try {
    const app = buildStacks(env, folder);
    acknowledgeFindings(app, contextOf(env));
    app.synth();
    return await readTemplates(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What crosses wires, whatever it crosses: from the ledger by way of NAT, to Grafana, between zones, to AWS itself. */
function wireLines({ runs, candidates }: Traffic, endpoints: boolean): Line[] {
  const fromLedger = plus(
    times(runs, (ASSUMED.cdps * ASSUMED.gatewayBytesPerCdp) / 1e9),
    times(candidates, ASSUMED.gatewayBytesPerCandidate / 1e9),
  );
  const out = standing(ASSUMED.transferOutGb);
  const toAws = standing(ASSUMED.endpointGb);
  const throughNat = plus(fromLedger, out, ...(endpoints ? [] : [toAws]));
  const line = (what: string, price: Line["price"], amounts: Amounts): Line => ({
    ...{ kind: "transfer", what, price, amounts },
  });
  return [
    line("through NAT", PRICES.natData, throughNat),
    line("out to the internet", PRICES.transferOut, out),
    line("between zones", PRICES.transferBetweenZones, standing(ASSUMED.betweenZonesGb)),
    ...(endpoints ? [line("through interface endpoints", PRICES.endpointData, toAws)] : []),
  ];
}

/** One line for what is the same, without those that come to nothing. */
function merged(lines: readonly Line[], region: PricedRegion): CostLine[] {
  const byWhat = new Map<string, CostLine>();
  for (const { kind, what, price, amounts } of lines) {
    const { unit, source } = price;
    const unitUsd = price.usd[region];
    const before = byWhat.get(what)?.amounts ?? standing(0);
    const sum = plus(before, amounts);
    byWhat.set(what, {
      ...{ kind, what, unit, unitUsd, source },
      ...{ amounts: sum, usd: times(sum, unitUsd) },
    });
  }
  return [...byWhat.values()]
    .filter(({ usd }) => usd.typical + usd.crash > 0)
    .sort((one, other) => other.usd.idle - one.usd.idle || other.usd.typical - one.usd.typical);
}
