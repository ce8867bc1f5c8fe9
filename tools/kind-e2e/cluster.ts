import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { kind, namesOf } from "../../environments/src/index.ts";
import { attempt, run } from "../delivery/program.ts";
import type { Worker } from "./loop.ts";

const ROOT = join(import.meta.dirname, "../..");
const CLUSTER = "weft";
const AT = { cwd: ROOT };
const NAMESPACE = namesOf(kind).namespaces.workloads;
const PROGRAMS = ["dispatcher", "indexer", "liquidator"];

const kubectl = (...words: string[]) =>
  run("kubectl", ["--context", `kind-${CLUSTER}`, ...words], AT);

/** As the page on kind has it by hand. */
export async function buildImages(print: (line: string) => void): Promise<void> {
  const builds = [
    ...PROGRAMS.map((app) => [app, ["--build-arg", `APP=${app}`]] as const),
    ["local", ["--target", "local"]] as const,
  ];
  for (const [app, options] of builds) {
    const image = `${kind.images.registry}/${app}:${kind.images.tag}`;
    await run("docker", ["build", ...options, "--tag", image, "."], AT);
    await run("kind", ["load", "docker-image", "--name", CLUSTER, image], AT);
    print(image);
  }
}

/** KEDA first, at the version that Skaffold brings: its kinds are asked for. */
export async function deploy(print: (line: string) => void): Promise<void> {
  const skaffold = await readFile(join(ROOT, "skaffold.yaml"), "utf8");
  const keda = /https:\/\/github\.com\/kedacore\/keda\/releases\/\S+\.yaml/.exec(skaffold)?.[0];
  if (keda === undefined) throw new Error("skaffold.yaml names no release of KEDA");
  const available = (namespace: string, timeout: string) =>
    kubectl("-n", namespace, "wait", "--for=condition=Available", "deployment", "--all", timeout);
  print(await kubectl("apply", "--server-side", "--filename", keda));
  await available("keda", "--timeout=300s");
  print(await kubectl("apply", "--server-side", "--filename", `dist/${kind.name}`));
  await kubectl("-n", NAMESPACE, "rollout", "status", "deployment/local", "--timeout=300s");
  await kubectl("-n", NAMESPACE, "rollout", "status", "deployment/liquidator", "--timeout=300s");
}

export async function replicas(): Promise<Record<Worker, number>> {
  const of = async (worker: Worker) => {
    const path = "jsonpath={.status.replicas}";
    return Number(await kubectl("-n", NAMESPACE, "get", "deployment", worker, "--output", path));
  };
  return { indexer: await of("indexer"), liquidator: await of("liquidator") };
}

/** Runs `use` with the simulator's port here. */
export async function withSimulator(use: (url: string) => Promise<void>): Promise<void> {
  const words = ["--context", `kind-${CLUSTER}`, "-n", NAMESPACE];
  const forward = spawn("kubectl", [...words, "port-forward", "service/local", ":8080"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(forward, "exit");
  try {
    const [line = ""] = (await Promise.race([
      once(createInterface(forward.stdout), "line"),
      ended.then(() => []),
    ])) as string[];
    const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) throw new Error(`no port of the simulator: ${line}`);
    await use(`http://127.0.0.1:${port}`);
  } finally {
    forward.kill();
    await ended;
  }
}

/** All that helps to tell why, in the log of the run. */
export async function describe(print: (line: string) => void): Promise<void> {
  const looks = [
    ["get", "deployments,hpa,scaledobjects,jobs,pods", "-n", NAMESPACE, "--output", "wide"],
    ["get", "events", "-n", NAMESPACE, "--sort-by=.lastTimestamp"],
    ...["local", ...PROGRAMS].map((app) => [
      ...["logs", "-n", NAMESPACE, "--selector", `app.kubernetes.io/name=${app}`],
      ...["--tail=100", "--prefix"],
    ]),
    ["logs", "-n", "keda", "deployment/keda-operator", "--tail=100"],
  ];
  for (const words of looks) {
    const { stdout, stderr } = await attempt(
      "kubectl",
      ["--context", `kind-${CLUSTER}`, ...words],
      AT,
    );
    print(`\n# kubectl ${words.join(" ")}\n${stdout}${stderr}`);
  }
}
