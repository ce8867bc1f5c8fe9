import { defineEnvironment, type Environment, kind, mainnet, namesOf } from "@weft/environments";
import type { IDeployment } from "kubernetes-models/apps/v1";
import { describe, expect, test } from "vitest";
import { findDrift } from "../dist-folder.ts";
import { readImageLock } from "../image-lock.ts";
import { renderEnvironment } from "../render.ts";
import { ENVIRONMENTS, find, manifestsOf, ofKind, podOwners } from "./manifests.ts";

const unbuilt = { lock: {}, release: false };

/** All of mainnet, with one thing otherwise. */
function mainnetWith(changes: object): Environment {
  const { name, network, aws, images, telemetry, delivery } = mainnet;
  return defineEnvironment({
    ...({ name, network, aws, images, telemetry, delivery } as {
      name: string;
      network: "mainnet";
    }),
    ...changes,
  });
}

describe.each(Object.values(ENVIRONMENTS))("dist/$name", (env) => {
  test("is what the charts render", async () => {
    const folder = new URL(`../../../dist/${env.name}`, import.meta.url).pathname;
    const lockFile = new URL("../../../environments/images.lock.json", import.meta.url).pathname;
    const lock = await readImageLock(lockFile);
    expect(await findDrift(folder, renderEnvironment(env, { lock, release: false }))).toEqual([]);
  });

  test("comes out the same each time", () => {
    expect([...renderEnvironment(env, unbuilt)]).toEqual([...renderEnvironment(env, unbuilt)]);
  });
});

test("files come in the order in which they can be applied", () => {
  expect([...renderEnvironment(mainnet, unbuilt).keys()]).toEqual([
    "00-platform.k8s.yaml",
    "10-node-pools.k8s.yaml",
    "20-dispatcher.k8s.yaml",
    "30-indexer.k8s.yaml",
    "40-liquidator.k8s.yaml",
    "50-telemetry.k8s.yaml",
    "90-argo.k8s.yaml",
  ]);
});

test("kind needs no operator but KEDA", () => {
  const groups = manifestsOf(kind)
    .map(({ apiVersion }) => apiVersion.split("/")[0] ?? "")
    .filter((group) => group.includes(".") && !group.endsWith(".k8s.io"));
  expect([...new Set(groups)]).toEqual(["keda.sh"]);
});

test("an unbuilt environment cannot be released", () => {
  expect(() => renderEnvironment(mainnet, { lock: {}, release: true })).toThrow("no digest of");
});

test("every identity on AWS is a service account in the manifests, or an operator's own", () => {
  const { dispatcher, indexer, liquidator, collector } = namesOf(mainnet).serviceAccounts;
  const rendered = ofKind(manifestsOf(mainnet), "ServiceAccount").map(({ metadata }) => ({
    namespace: metadata.namespace,
    name: metadata.name,
  }));
  // The placeholder does nothing, and is nobody on AWS.
  const headroom = { namespace: "weft", name: "liquidator-headroom" };
  const expected = [dispatcher, indexer, liquidator, collector, headroom];
  expect(rendered.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
    expected.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  );
});

test("scale to zero is one field", () => {
  const spec = (minReplicas: number) => {
    const env = mainnetWith({ indexer: { minReplicas } });
    return find<{ spec: object }>(manifestsOf(env), "ScaledObject", "indexer").spec;
  };
  expect(spec(1)).not.toHaveProperty("pollingInterval");
  expect(spec(0)).toMatchObject({ minReplicaCount: 0, pollingInterval: 5, cooldownPeriod: 20 });
});

test("one field renders the original Grafana Agent", () => {
  const { telemetry } = mainnet;
  const env = mainnetWith({ telemetry: { ...telemetry, collector: "grafana-agent" } });
  const [container] =
    find<IDeployment>(manifestsOf(env), "Deployment", "grafana-agent").spec?.template.spec
      ?.containers ?? [];
  expect(container?.image).toContain("grafana/agent@sha256:");
  expect(container?.env).toEqual([{ name: "AGENT_MODE", value: "flow" }]);
  expect(container?.args?.join(" ")).not.toContain("stability");
});

test("no placeholder is rendered where no headroom is wanted", () => {
  const env = mainnetWith({ liquidator: { headroomPods: 0 } });
  expect(podOwners(manifestsOf(env)).map(({ title }) => title)).not.toContain(
    "Deployment weft/liquidator-headroom",
  );
});
