import { type Environment, namesOf } from "@weft/environments";
import { App, Chart, Yaml } from "cdk8s";
import type { Construct } from "constructs";
import { argo } from "./blueprints/argo.ts";
import { dispatcher } from "./blueprints/dispatcher.ts";
import { indexer } from "./blueprints/indexer.ts";
import { liquidator } from "./blueprints/liquidator.ts";
import { localStack } from "./blueprints/local-stack.ts";
import { nodePools } from "./blueprints/node-pools.ts";
import { platform } from "./blueprints/platform.ts";
import { telemetry } from "./blueprints/telemetry.ts";
import type { Context } from "./context.ts";
import { createImages, type ImageOptions } from "./images.ts";
import { assignSyncWaves } from "./sync-waves.ts";

/** In the order in which `kubectl apply -f <folder>` reads the files: what others need comes first. */
const BLUEPRINTS: Readonly<Record<string, (scope: Construct, context: Context) => void>> = {
  "00-platform": platform,
  "10-node-pools": (scope, context) => {
    if (context.env.aws !== undefined) nodePools(scope, context);
  },
  "15-local-stack": (scope, context) => {
    if (context.env.aws === undefined) localStack(scope, context);
  },
  "20-dispatcher": dispatcher,
  "30-indexer": indexer,
  "40-liquidator": liquidator,
  "50-telemetry": telemetry,
  "90-argo": argo,
};

/** One App per environment, one Chart per blueprint. */
function buildApp(env: Environment, options: ImageOptions): App {
  const app = new App();
  const context: Context = { env, names: namesOf(env), image: createImages(env, options) };
  for (const [name, blueprint] of Object.entries(BLUEPRINTS)) {
    blueprint(new Chart(app, name, { disableResourceNameHashes: true }), context);
  }
  if (env.delivery !== undefined) assignSyncWaves(app);
  return app;
}

/** The manifests of an environment, as objects. */
export function renderObjects(env: Environment, options: ImageOptions): unknown[] {
  return buildApp(env, options).charts.flatMap((chart): unknown[] => chart.toJson());
}

/**
 * The manifests of an environment, text by file name; the same text for the same environment, always.
 *
 * @throws {Error} for a release of images whose digests are not known
 */
export function renderEnvironment(
  env: Environment,
  options: ImageOptions,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const chart of buildApp(env, options).charts) {
    const objects: unknown[] = chart.toJson();
    if (objects.length > 0) files.set(`${chart.node.id}.k8s.yaml`, Yaml.stringify(...objects));
  }
  return files;
}
