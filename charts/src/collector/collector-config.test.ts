import { defineEnvironment, mainnet, namesOf } from "@weft/environments";
import { describe, expect, test } from "vitest";
import { createLogger } from "../../../packages/runtime/src/logger.ts";
import { collectorConfig } from "./collector-config.ts";

const image = (name: string) => name;
const config = collectorConfig({ env: mainnet, names: namesOf(mainnet), image });

/** Text with what stands in quotes taken out: braces and dots in it mean nothing. */
const bare = config.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');

/** Components as `type.label`, blocks at the margin that have one. */
const declared = [...config.matchAll(/^([a-z][\w.]*) "(\w+)" \{$/gm)].map(
  ([, type, label]) => `${type}.${label}`,
);
/** What is asked of a component: `type.label.export`. */
const references = [
  ...bare.matchAll(/= \[?((?:[a-z_]+\.)+)(receiver|output|targets|content)\b/g),
].map(([, path = ""]) => path.slice(0, -1));

describe("the collector's configuration", () => {
  test("closes every block that it opens", () => {
    let open = 0;
    for (const character of bare) {
      if (character === "{") open += 1;
      if (character === "}") open -= 1;
      expect(open).toBeGreaterThanOrEqual(0);
    }
    expect(open).toBe(0);
  });

  test("refers only to components that it declares", () => {
    expect(references.length).toBeGreaterThanOrEqual(12);
    expect(references.filter((path) => !declared.includes(path))).toEqual([]);
  });

  test("declares each component once", () => {
    expect(declared.filter((name, index) => declared.indexOf(name) !== index)).toEqual([]);
  });

  test("uses every component that it declares, up to what leaves the cluster", () => {
    const ends = ["prometheus.scrape", "loki.source"];
    const unused = declared.filter(
      (name) => !references.includes(name) && !ends.some((end) => name.startsWith(end)),
    );
    expect(unused).toEqual([]);
  });

  test("holds no credential, only where each is mounted", () => {
    expect(config).not.toMatch(/(password|username) = "/);
    expect(config).toContain('filename = "/var/run/weft/grafana-cloud/token"');
    expect(config).toContain("password = local.file.token.content");
  });

  test("labels what it sends with the cluster and the environment", () => {
    expect(config.match(/"cluster" = "weft-mainnet",\n\s+"env" = "mainnet",/g)).toHaveLength(2);
  });

  test("leaves the namespace that a sample names, which alerts and the smoke test ask for", () => {
    const [, pods = ""] = /^prometheus\.scrape "pods" \{\n([^}]*)\}/m.exec(config) ?? [];
    expect(pods).toContain("honor_labels = true");
  });

  test("looks for pods of ours and of the operators only", () => {
    expect(config).toContain('names = ["weft", "weft-telemetry", "keda", "kube-state-metrics"]');
  });

  test("asks CloudWatch for the age of both queues, both dead-letter queues, and the bill", () => {
    expect([...config.matchAll(/"QueueName" = "([^"]+)"/g)].map(([, name]) => name)).toEqual([
      "weft-mainnet-index",
      "weft-mainnet-liquidation.fifo",
      "weft-mainnet-index-dlq",
      "weft-mainnet-liquidation-dlq.fifo",
    ]);
    expect(config).toContain('namespace = "AWS/Billing"');
  });
});

test("every metric that a dispatcher logs is read from its log, and nothing else", async () => {
  const { readFile } = await import("node:fs/promises");
  const page = await readFile(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
  const documented = [...page.matchAll(/^\| `(dispatcher_\w+)`/gm)].map(([, name]) => name);
  const read = [...config.matchAll(/= "metrics\.(dispatcher_\w+)"/g)].map(([, name]) => name);
  expect(read.toSorted()).toEqual(documented.toSorted());
});

test("the line that holds them is found as the logger of the programs writes it", () => {
  const lines: string[] = [];
  const destination = { write: (text: string) => void lines.push(text) };
  const log = createLogger({ app: "dispatcher", version: "0", level: "info", destination });
  log.info({ metrics: { dispatcher_expected_cdps: 7 } }, "metrics");
  const [, selector = "{}"] = /selector = ("(?:[^"\\]|\\.)*")/.exec(config) ?? [];
  const [, wanted = "{}"] = /\|= (".*")$/.exec(JSON.parse(selector)) ?? [];
  expect(lines[0]).toContain(JSON.parse(wanted));
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    level: "info",
    metrics: { dispatcher_expected_cdps: 7 },
  });
});

test("an environment without telemetry has nothing to configure", () => {
  const env = defineEnvironment({ name: "local", network: "simulator" });
  expect(() => collectorConfig({ env, names: namesOf(env), image })).toThrow(
    "local has no telemetry to configure",
  );
});
