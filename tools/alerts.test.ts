import { existsSync, readFileSync } from "node:fs";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createMetrics as createDispatcherMetrics } from "../apps/dispatcher/src/metrics.ts";
import { createMetrics as createIndexerMetrics } from "../apps/indexer/src/metrics.ts";
import {
  createMetrics as createLiquidatorMetrics,
  PAUSE_REASONS,
} from "../apps/liquidator/src/metrics.ts";
import { KEPT_METRICS } from "../charts/src/collector/metrics-pipeline.ts";
import { createGatewayMetrics } from "../packages/ledger/src/gateway/gateway-metrics.ts";
import { createReceiveMetrics } from "../packages/queue/src/index.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly remedy: string };
}

const text = readFileSync(new URL("../docs/alerts.yaml", import.meta.url), "utf8");
const { groups } = parse(text) as { groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

const registry = new Registry();
createDispatcherMetrics(registry);
createIndexerMetrics(registry);
createLiquidatorMetrics(registry);
for (const app of ["indexer", "liquidator"]) {
  createGatewayMetrics(app, ["https://gateway"], registry);
  createReceiveMetrics(app, registry);
}

/** `metric` or `metric{label="value"}`, as an expression asks for it. */
const selectors = rules.flatMap(({ expr }) =>
  [...expr.matchAll(/\b((?:dispatcher|indexer|liquidator|kube|keda)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = "", labels = ""]) => ({ name: name.replace(/_bucket$/, ""), labels }),
  ),
);

describe("docs/alerts.yaml", () => {
  it("asks our programs only for metrics that they have", () => {
    const known = registry.getMetricsAsArray().map(({ name }) => name);
    const asked = selectors.map(({ name }) => name).filter((name) => !/^(kube|keda)_/.test(name));
    expect(asked.length).toBeGreaterThan(25);
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("asks for nothing that the collector throws away", () => {
    const kept = new RegExp(`^(${KEPT_METRICS.join("|")})$`);
    expect(selectors.filter(({ name }) => !kept.test(name))).toEqual([]);
  });

  it("asks for labels with values that there are", async () => {
    const series = await registry.getMetricsAsJSON();
    const unknown = selectors.flatMap(({ name, labels }) => {
      const values = series.find((metric) => metric.name === name)?.values ?? [];
      return [...labels.matchAll(/(\w+)=~?"([^"]*)"/g)].flatMap(([, label = "", wanted = ""]) => {
        const known = values.flatMap(({ labels: had }) => had[label as keyof typeof had] ?? []);
        // The collector's own label, and what others export.
        if (label === "env" || !series.some((metric) => metric.name === name)) return [];
        // An increase from nothing is not seen: what a rule asks for has to be there from the start.
        return wanted.split("|").filter((value) => !known.map(String).includes(value));
      });
    });
    expect(unknown).toEqual([]);
  });

  it("has a rule for every reason for which nothing is received", () => {
    const told = selectors
      .filter(({ name }) => name === "liquidator_receiving_paused_info")
      .map(({ labels }) => /"(.*)"/.exec(labels)?.[1]);
    expect(told.toSorted()).toEqual(PAUSE_REASONS.toSorted());
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    "%s says how bad it is, what it means and what to do",
    (_name, { labels, annotations }) => {
      expect(["page", "warning"]).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\.$/);
      expect(annotations.remedy).toMatch(/\S/);
      const pages = annotations.remedy.match(/docs\/[\w/-]+\.md/g) ?? [];
      expect(pages.filter((page) => !existsSync(new URL(`../${page}`, import.meta.url)))).toEqual(
        [],
      );
    },
  );

  it("gives each rule a name of its own", () => {
    const names = rules.map(({ alert }) => alert);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
