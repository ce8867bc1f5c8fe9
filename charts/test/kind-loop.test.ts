import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kind } from "@weft/environments";
import type { IContainer } from "kubernetes-models/v1";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLedgerControl, type LedgerControl } from "../../local/src/start/control.ts";
import { runToEnd, type Started, startProcess } from "../../local/test/processes.ts";
import { until } from "../../local/test/until.ts";
import { find, type Manifest, manifestsOf, podOwners } from "../src/test/manifests.ts";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const CALM = new AbortController().signal;
const FEED_SECONDS = 900;
const MANIFESTS = manifestsOf(kind);
/** Of loopback and free ports, and a book that is read in no time; all else is as the manifests say. */
const HERE = { OPS_HOST: "127.0.0.1", OPS_PORT: "0" };
const LOCAL_HERE = {
  ...HERE,
  SIMULATOR_HOST: "127.0.0.1",
  SIMULATOR_PORT: "0",
  SIMULATOR_CDPS: "150",
  LOCAL_AWS_HOST: "127.0.0.1",
  LOCAL_AWS_SQS_S3_PORT: "0",
  LOCAL_AWS_DYNAMODB_PORT: "0",
};

/** Of the book above: over the line still, for less than a liquidation costs. */
const NOT_WORTH_THE_FEE = 2;

type Env = Readonly<Record<string, string>>;

let folder: string;
let urls: ReadonlyMap<string, string>;
let control: LedgerControl;
let pods: Started[] = [];

/** The one container of a program, and what is run before it. */
function podOf(name: string): { readonly main: IContainer; readonly before: IContainer[] } {
  const owner = podOwners(MANIFESTS).find(({ owner: one }) => one.metadata.name === name);
  const spec = owner?.template.spec;
  const [main] = spec?.containers ?? [];
  if (main === undefined) throw new Error(`no pod of ${name}`);
  return { main, before: spec?.initContainers ?? [] };
}

/** Variables as the kubelet fills them in; the Service's names and ports stand for what listens here. */
function variablesOf({ env = [] }: IContainer, fields: Env = {}): Env {
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const { secretKeyRef, fieldRef } = valueFrom ?? {};
      const given = value ?? fields[fieldRef?.fieldPath ?? ""] ?? secretValue(secretKeyRef);
      return [name, hereInstead(given)];
    }),
  );
}

function secretValue(ref: { readonly name?: string; readonly key: string } | undefined): string {
  if (ref?.name === undefined) throw new Error("a variable without a value");
  const { stringData } = find<Manifest & { stringData: Env }>(MANIFESTS, "Secret", ref.name);
  return stringData[ref.key] ?? "";
}

const hereInstead = (value: string) =>
  value
    .replace(/http:\/\/local:(\d+)/g, (_, port: string) => urls.get(port) ?? `no port ${port}`)
    .replaceAll("/var/run/weft/", `${folder}/`);

const bundle = (program: string) => join(REPOSITORY, "build", program, "main.mjs");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-kind-"));
  const { main } = podOf("local");
  urls = new Map();
  const local = startProcess({
    args: [join(REPOSITORY, "local/src/cluster/main.ts")],
    env: { ...variablesOf(main), ...LOCAL_HERE },
  });
  pods = [local];
  const ready = JSON.parse(await local.line(/"message":"ready"/));
  urls = new Map([
    ["8080", ready.gatewayUrl],
    ["4566", ready.sqsUrl],
    ["8000", ready.dynamodbUrl],
  ]);
  control = createLedgerControl(ready.gatewayUrl);
}, 60_000);

afterAll(async () => {
  for (const pod of pods) pod.kill("SIGKILL");
  await Promise.all(pods.map(({ ended }) => ended));
  await rm(folder, { recursive: true, force: true });
});

/** The liquidator's key, put where it looks for it by what its manifest runs first. */
async function prepareKey(): Promise<void> {
  await Promise.all(["secret", "keys"].map((name) => mkdir(join(folder, name))));
  const key = secretValue({ name: "liquidator-test-key", key: "signing-key" });
  await writeFile(join(folder, "secret/signing-key"), key, { mode: 0o444 });
  for (const { args = [] } of podOf("liquidator").before) {
    const ended = await runToEnd({ args: args.map(hereInstead) });
    expect(ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  }
}

async function startWorker(name: "indexer" | "liquidator"): Promise<void> {
  const env = { ...variablesOf(podOf(name).main), ...HERE };
  const pod = startProcess({ args: [bundle(name)], env });
  pods.push(pod);
  const url = JSON.parse(await pod.line(/"message":"ops server listening"/)).url;
  await until(async () => (await fetch(`${url}/readyz`)).ok);
}

/** One Job of the CronJob, named as its controller names it. */
async function runDispatcher(): Promise<void> {
  const minutes = Math.floor((await control.nowMs(CALM)) / 60_000);
  const fields = { "metadata.labels['batch.kubernetes.io/job-name']": `dispatcher-${minutes}` };
  const env = { ...variablesOf(podOf("dispatcher").main, fields), ...HERE };
  const { code, stdout } = await runToEnd({ args: [bundle("dispatcher")], env });
  expect(code, stdout).toBe(0);
}

const observeAnew = () => control.advance(FEED_SECONDS, CALM);

test("the pods of kind, started as processes from their manifests, liquidate what goes under water and end when told to", async () => {
  await prepareKey();
  await Promise.all([startWorker("indexer"), startWorker("liquidator")]);
  await runDispatcher();
  await observeAnew();
  await runDispatcher();
  await control.crash("0.25", CALM);
  await observeAnew();
  await runDispatcher();
  await observeAnew();
  await runDispatcher();
  const audit = await until(async () => {
    const { overLine, ...rest } = await control.audit(CALM);
    const left = overLine.filter(({ badDebt, exempt }) => !badDebt && !exempt);
    return left.length <= NOT_WORTH_THE_FEE && rest.liquidations.length > 0 && rest;
  });
  expect(audit).toMatchObject({ wronglyTouched: [], unfinalTogether: [], imbalances: [] });

  const ends = pods.map(async (pod) => {
    pod.kill("SIGTERM");
    const { code, stderr } = await pod.ended;
    return { code, stderr };
  });
  expect(await Promise.all(ends)).toEqual(pods.map(() => ({ code: 0, stderr: "" })));
}, 120_000);
