import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { connectPrometheus } from "./prometheus.ts";
import { readSigns, type Signs, unseen } from "./smoke-signs.ts";
import { jobIn } from "./test/recorded-job.ts";

const RELEASED_AT = 1_000;
const EVERY_SECONDS = 300;
const SEEN = {
  dispatcher_previous_run_unknown_cdps: 0,
  dispatcher_previous_run_superseded_cdps: 0,
  dispatcher_previous_run_undecodable_cdps: 0,
  dispatcher_previous_run_unconfirmed_cdps: 0,
  dispatcher_previous_run_missing_cdps: 0,
  dispatcher_lost_cdps: 0,
};
/** The liquidators came last, at 1,100: a run after 1,400 closes the books of one that they alone had. */
const WORKING: Signs = {
  startedAt: { indexer: 1_050, liquidator: 1_100 },
  lastRunAt: 1_401,
  unjudgedCdps: SEEN,
  restarts: 0,
  openBreakers: 0,
};
const missing = (change: Partial<Signs>) =>
  unseen({ ...WORKING, ...change }, RELEASED_AT, EVERY_SECONDS);

test("a release works when its workers have had a whole run, and nothing was missed", () => {
  expect(missing({})).toEqual([]);
});

describe("it is not yet known to work", () => {
  test.each<[string, Partial<Signs>, string[]]>([
    [
      "while a pod of before is there",
      { startedAt: { indexer: 1_050, liquidator: 1_000 } },
      ["liquidator: not all pods are of this release"],
    ],
    [
      "while a worker is not there",
      { startedAt: { liquidator: 1_100 } },
      ["indexer: not all pods are of this release"],
    ],
    [
      "while the books that were closed may be of a run from before",
      { lastRunAt: 1_400 },
      ["dispatcher: no run has closed the books of a run of this release"],
    ],
    [
      "without any run",
      { lastRunAt: undefined },
      ["dispatcher: no run has closed the books of a run of this release"],
    ],
    [
      "with a CDP missing",
      { unjudgedCdps: { ...SEEN, dispatcher_previous_run_missing_cdps: 1 } },
      ["dispatcher_previous_run_missing_cdps: 1"],
    ],
    [
      "with nothing said of what was lost",
      { unjudgedCdps: { ...SEEN, dispatcher_lost_cdps: undefined } },
      ["dispatcher_lost_cdps: not there"],
    ],
    ["with a container that was restarted", { restarts: 1 }, ["containers started again: 1"]],
    [
      "with nothing said of restarts",
      { restarts: undefined },
      ["containers started again: not there"],
    ],
    ["with the Gateway given up", { openBreakers: 1 }, ["circuits to the Gateway open: 1"]],
  ])("%s", (_when, change, expected) => {
    expect(missing(change)).toEqual(expected);
  });
});

describe("the metrics", () => {
  /** Answers as Prometheus does: with the samples of the first key that the query contains. */
  async function asking(
    samples: Record<string, [Record<string, string>, string][]>,
    use: (variables: Record<string, string>) => Promise<void>,
  ) {
    const server = createServer((request, response) => {
      const query = new URL(request.url ?? "", "http://localhost").searchParams.get("query") ?? "";
      const known = Object.keys(samples).find((name) => query.includes(name));
      const signedIn = request.headers.authorization === `Basic ${btoa("42:a token")}`;
      const result = (known ? (samples[known] ?? []) : []).map(([metric, value]) => ({
        metric,
        value: [1_500.1, value],
      }));
      response
        .writeHead(signedIn && query.includes('env="stokenet"') ? 200 : 401)
        .end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const url = `http://127.0.0.1:${port}/api/prom`;
      await use({ METRICS_URL: url, METRICS_USER: "42", METRICS_TOKEN: "a token" });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  test("are asked of one environment, and read as numbers", async () => {
    const samples: Record<string, [Record<string, string>, string][]> = {
      process_start_time_seconds: [
        [{ job: "indexer" }, "1050"],
        [{ job: "liquidator" }, "1.1e3"],
      ],
      last_scan_timestamp_seconds: [[{}, "1401"]],
      previous_run_missing_cdps: Object.keys(SEEN).map((name) => [{ __name__: name }, "0"]),
      restarts_total: [[{}, "0"]],
    };
    await asking(samples, async (variables) => {
      const query = connectPrometheus({ variables });
      expect(await readSigns(query, "stokenet", "weft")).toEqual(WORKING);
    });
  });

  test("that are not there are not taken for zero", async () => {
    await asking({}, async (variables) => {
      const signs = await readSigns(connectPrometheus({ variables }), "stokenet", "weft");
      expect(unseen(signs, RELEASED_AT, EVERY_SECONDS)).toHaveLength(2);
    });
  });

  test("are asked for with credentials, or it is said which are missing", async () => {
    await asking({}, async (variables) => {
      const query = connectPrometheus({ variables: { ...variables, METRICS_TOKEN: "another" } });
      await expect(query('up{env="stokenet"}')).rejects.toThrow("metrics: 401");
    });
    expect(() => connectPrometheus(jobIn("/nowhere"))).toThrow("set METRICS_URL: ");
  });
});
