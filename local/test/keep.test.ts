import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { envFile, npmStart, removeWorkingCopies, type Start } from "./npm-start.ts";
import { endAll, isAlive, type Started, startProcess } from "./processes.ts";
import { reportSchema } from "./report-schema.ts";

const CHILDREN = ["aws", "simulator", "indexer-1", "liquidator-1"] as const;
const APPS = ["dispatcher", "indexer", "liquidator"] as const;

let start: Start;

/** One round on a calm market, staying up. */
beforeAll(async () => {
  const one = ["--indexers", "1", "--liquidators", "1", "--rounds", "1"];
  start = await npmStart(["--cdps", "1138", ...one, "--keep"]);
  await start.line(/^Everything stays up until Ctrl-C:/);
}, 60_000);

afterAll(async () => {
  await endAll();
  await removeWorkingCopies();
});

/** As a person does it: `. env.<app>.sh`, then the bundle. */
async function startByHand(app: (typeof APPS)[number]): Promise<Started> {
  const bundle = fileURLToPath(new URL(`../../build/${app}/main.mjs`, import.meta.url));
  const script = '. "$0"; exec "$1" "$2"';
  const file = await envFile(start.folder, app);
  return startProcess({ command: "/bin/sh", args: ["-c", script, file, process.execPath, bundle] });
}

test("a calm round reads no more than ceil(N / 100) + 12 for each process", async () => {
  const report = reportSchema
    .pick({ ok: true, cdps: true, candidates: true, gatewayRequests: true })
    .parse(await start.report());
  expect(report).toMatchObject({ ok: true, cdps: 1138, candidates: 0 });
  const readers = APPS.length;
  expect(report.gatewayRequests.reads).toBeGreaterThanOrEqual(12);
  expect(report.gatewayRequests.reads).toBeLessThanOrEqual(12 + 12 * readers);
});

test("every place that --keep prints answers", async () => {
  const urlOf = async (name: string) =>
    (await start.line(new RegExp(`^ {2}${name} `))).trim().split(/\s+/).at(1) ?? "";
  expect((await fetch(await urlOf("control"))).status).toBe(200);
  for (const name of ["indexer-1", "liquidator-1"]) {
    const metrics = await urlOf(name);
    expect((await fetch(metrics)).status).toBe(200);
    expect((await fetch(metrics.replace("/metrics", "/readyz"))).status).toBe(200);
  }
});

test("a dispatcher started by hand with the written environment makes the next run", async () => {
  const { GATEWAY_URLS: simulator } = await start.variables("dispatcher");
  const advanced = await fetch(`${simulator}/control/advance`, {
    method: "POST",
    body: JSON.stringify({ seconds: 600 }),
  });
  expect(advanced.status).toBe(200);
  const dispatcher = await startByHand("dispatcher");
  const { code, stdout, stderr } = await dispatcher.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain('"expected":1138');
});

test.each(["indexer", "liquidator"] as const)(
  "the %s started by hand becomes ready, and ends with 0 on SIGTERM",
  async (app) => {
    const worker = await startByHand(app);
    const { url } = JSON.parse(await worker.line(/"ops server listening"/)) as { url: string };
    await worker.line(/"message":"ready"/);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    worker.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
  },
);

test("Ctrl-C ends it with 0 and leaves no process", async () => {
  const pids = await Promise.all(CHILDREN.map((name) => start.pidOf(name)));
  expect(pids.map(isAlive)).toEqual([true, true, true, true]);
  start.kill("SIGINT");
  expect(await start.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
  expect(pids.map(isAlive)).toEqual([false, false, false, false]);
});
