import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { envSchema as dispatcherVariables } from "../apps/dispatcher/src/config.ts";
import { createMetrics as createDispatcherMetrics } from "../apps/dispatcher/src/metrics.ts";
import { envSchema as indexerVariables } from "../apps/indexer/src/config.ts";
import { createMetrics as createIndexerMetrics } from "../apps/indexer/src/metrics.ts";
import { envSchema as liquidatorVariables } from "../apps/liquidator/src/config.ts";
import { createMetrics as createLiquidatorMetrics } from "../apps/liquidator/src/metrics.ts";
import { OUTCOME_COLUMNS } from "../infra/src/constructs/outcome-columns.ts";
import { SNAPSHOT_COLUMNS } from "../infra/src/constructs/snapshot-columns.ts";
import { faultsRequest } from "../local/src/simulator/control/fault-settings.ts";
import { ENDINGS, outcomeSchema } from "../packages/messages/src/index.ts";

const apps = {
  dispatcher: { variables: dispatcherVariables, createMetrics: createDispatcherMetrics },
  indexer: { variables: indexerVariables, createMetrics: createIndexerMetrics },
  liquidator: { variables: liquidatorVariables, createMetrics: createLiquidatorMetrics },
};
type App = keyof typeof apps;
/** Of a variable, as far as it is asked here. */
interface Parser {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown };
}

const SCOPES: Readonly<Record<string, readonly App[]>> = {
  all: ["dispatcher", "indexer", "liquidator"],
  workers: ["indexer", "liquidator"],
};

/** Rows of the tables of a page whose first cell is code, split into cells. */
function rowsOf(page: string): string[][] {
  const text = readFileSync(new URL(`../docs/${page}`, import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.slice(2, -2).split(" | "));
}

const unquoted = (cell: string | undefined) => (cell ?? "").replaceAll("`", "");

describe("docs/configuration.md", () => {
  it.each(Object.keys(apps) as App[])(
    "lists the variables of the %s, no more and no fewer",
    (app) => {
      const listed = rowsOf("configuration.md")
        .filter(([, of = ""]) => (SCOPES[of] ?? of.split(", ")).includes(app))
        .map(([name]) => unquoted(name));
      expect(listed.toSorted()).toEqual(Object.keys(apps[app].variables.shape).toSorted());
    },
  );
});

describe("the defaults in docs/configuration.md", () => {
  /** What the page says of a variable that is not set, for one program. */
  const documented = (text: string, app: App) =>
    unquoted(new RegExp(`${app} (\\S+?)(?:,|$)`).exec(unquoted(text))?.[1] ?? text);

  it.each(Object.keys(apps) as App[])("are those of the %s", (app) => {
    const shape: Record<string, Parser> = apps[app].variables.shape;
    const wrong = rowsOf("configuration.md").flatMap(([cell, of = "", text = ""]) => {
      const name = unquoted(cell);
      if (!(SCOPES[of] ?? of.split(", ")).includes(app)) return [];
      const parsed = shape[name]?.safeParse(undefined);
      const isEmpty = parsed?.data === undefined || typeof parsed.data === "object";
      const real = parsed?.success ? (isEmpty ? "none" : String(parsed.data)) : "required";
      const told = documented(text.replace(/ \|$/, ""), app).replace("AWS's own", "none");
      return told === real ? [] : [`${name}: ${told}, not ${real}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe("docs/metrics.md", () => {
  it("lists the metrics of every program, no more and no fewer, with their kind, help and labels", async () => {
    const registry = new Registry();
    for (const { createMetrics } of Object.values(apps)) createMetrics(registry);
    const labelsOf = (name: string) =>
      (registry.getSingleMetric(name) as unknown as { labelNames: string[] }).labelNames;
    const exported = (await registry.getMetricsAsJSON()).map(({ name, type, help }) => [
      `\`${name}\``,
      String(type),
      help,
      labelsOf(name)
        .map((label) => `\`${label}\``)
        .join(", ") || "none",
    ]);
    const listed = rowsOf("metrics.md").filter(([name = ""]) => /^`[a-z]+_/.test(name));
    const programs = listed.filter(([, kind]) =>
      ["counter", "gauge", "histogram"].includes(kind ?? ""),
    );
    expect(programs.toSorted()).toEqual(exported.toSorted());
  });

  it("holds every name to <program>_<thing>_<unit>", async () => {
    const registry = new Registry();
    for (const { createMetrics } of Object.values(apps)) createMetrics(registry);
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    const units = "xrd|tokens|seconds|bytes|ratio|total|info|cdps|assets|busy|held";
    const shape = new RegExp(`^(dispatcher|indexer|liquidator)_[a-z_]+_(${units})$`);
    expect(names.filter((name) => !shape.test(name))).toEqual([]);
  });
});

it("docs/snapshots.md lists the columns of a snapshot, in their order", () => {
  const listed = rowsOf("snapshots.md").map(([name, type]) => [unquoted(name), type]);
  const columns = SNAPSHOT_COLUMNS.map(({ name, type }) => [
    name,
    type.startsWith("array") ? "list" : type,
  ]);
  expect(listed).toEqual(columns);
});

it("docs/model.md or docs/liquidation.md names every switch for what is not published of the ledger", () => {
  const pages = ["model.md", "liquidation.md"].map((page) =>
    readFileSync(new URL(`../docs/${page}`, import.meta.url), "utf8"),
  );
  const named = new Set(pages.join("\n").match(/(?<=`)\w+(?=`)/g));
  const switches = Object.entries(faultsRequest.shape).flatMap(([name, field]) =>
    "options" in field.unwrap().unwrap() ? [name] : [],
  );
  expect(switches).toContain("rounding");
  expect(switches.filter((name) => !named.has(name))).toEqual([]);
});

it("docs/outcomes.md lists the fields of an outcome, in their order, as they are written and as they are queried", () => {
  const listed = rowsOf("outcomes.md").map(([name, type]) => [unquoted(name), type]);
  const written = Object.keys(outcomeSchema.shape);
  const columns = OUTCOME_COLUMNS.map(({ name, type }, index) => [
    written[index],
    /^(array|struct)/.exec(type)?.[0].replace("array", "list") ?? type,
    name,
  ]);
  expect(listed.map(([name, type]) => [name, type, name?.toLowerCase()])).toEqual(columns);
});

it("docs/outcomes.md explains every ending, and no other", () => {
  const text = readFileSync(new URL("../docs/outcomes.md", import.meta.url), "utf8");
  const listed = [...text.matchAll(/^\* `([a-z_]+)`: /gm)].map(([, ending]) => ending);
  expect(listed).toEqual([...ENDINGS]);
});

describe("every page", () => {
  const root = new URL("../", import.meta.url);
  const read = (path: string) => readFileSync(new URL(path, root), "utf8");
  const pages = ["README.md", "CONTRIBUTING.md", "charts/README.md"].concat(
    readdirSync(new URL("docs", root), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => `docs/${file}`),
  );
  const folders = [
    "apps",
    "bench",
    "packages",
    "environments",
    "local",
    "charts",
    "infra",
    "tools",
    "dist",
  ];
  const sources = readdirSync(root).concat(
    folders.flatMap((folder) =>
      readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
        .filter((file) => !file.includes("node_modules"))
        .map((file) => `${folder}/${file}`),
    ),
  );

  it.each(pages)("%s links only to pages that are there", (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !existsSync(new URL(link, new URL(page, root))))).toEqual([]);
  });

  it.each(pages)("%s names only source files that are there", (page) => {
    const named = [...read(page).matchAll(/`([\w./-]+\.(?:ts|mjs|cjs|yaml))`/g)]
      .map(([, file = ""]) => file.replace(/^\.\//, ""))
      .filter((file) => !file.startsWith("build/"));
    const missing = named.filter(
      (file) => !sources.some((source) => `/${source}`.endsWith(`/${file}`)),
    );
    expect(missing).toEqual([]);
  });

  it.each(pages)("%s gives only commands of npm that are there", (page) => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const given = [...read(page).matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name = ""]) => name);
    expect(given.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe("docs/errors.md", () => {
  const root = new URL("../", import.meta.url);
  const sources = ["packages", "apps"]
    .flatMap((folder) =>
      readdirSync(new URL(folder, root), { recursive: true }).map((path) => `${folder}/${path}`),
    )
    .filter((path) => /\/src\/.*\.ts$/.test(path) && !/\.test\.ts$|\/testing\//.test(path))
    .map((path) => readFileSync(new URL(path, root), "utf8"));
  const rows = rowsOf("errors.md").flatMap(([codes = "", becomes = ""]) =>
    unquoted(codes)
      .split(", ")
      .map((code) => ({ code, becomes })),
  );
  const thrown = sources.flatMap((source) =>
    // Thrown where it is made, or one of the Gateway's, which has a table of its own.
    [
      ...source.matchAll(/(?:AppError|super)\(\s*"([a-z_]+)"[^;]*?disposition: "(\w+)"/g),
      ...source.matchAll(/^ {2}(gateway_\w+): "(retry|park)"/gm),
    ].map(([, code = "", disposition = ""]) => ({ code, disposition })),
  );

  it("lists every code that is thrown, with what becomes of the work", () => {
    expect(thrown.length).toBeGreaterThan(40);
    const wrong = thrown.filter(
      ({ code, disposition }) =>
        !rows.some((row) => row.code === code && row.becomes.startsWith(disposition)),
    );
    expect(wrong).toEqual([]);
  });

  it("lists no code that is not in the sources, and none twice", () => {
    const text = sources.join("\n");
    const isThere = (code: string) => new RegExp(`["|\\s]${code}\\b`).test(text);
    expect(rows.filter(({ code }) => !isThere(code))).toEqual([]);
    expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length);
  });
});
