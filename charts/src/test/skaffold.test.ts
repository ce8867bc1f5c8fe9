import { existsSync, globSync, readFileSync } from "node:fs";
import { kind } from "@weft/environments";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type { IService } from "kubernetes-models/v1";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { containersOf, find, manifestsOf, podOwners } from "./manifests.ts";

interface Artifact {
  readonly image: string;
  readonly context: string;
  readonly docker: { dockerfile: string; target: string; buildArgs?: { APP: string } };
}

interface Sync {
  readonly manual: readonly { src: string; dest: string }[];
}

interface Patch {
  readonly op: "add" | "replace";
  readonly path: string;
  readonly value: unknown;
}

interface Skaffold {
  readonly apiVersion: string;
  readonly build: { readonly artifacts: readonly Artifact[] };
  readonly manifests: {
    readonly rawYaml: readonly string[];
    readonly hooks: { readonly before: readonly { host: { command: string[] } }[] };
  };
  readonly portForward: readonly {
    resourceType: "service" | "deployment";
    resourceName: string;
    namespace: string;
    port: number;
  }[];
  readonly profiles: readonly {
    name: string;
    activation: readonly { command: string }[];
    patches?: readonly Patch[];
  }[];
}

const root = new URL("../../../", import.meta.url).pathname;
const read = (path: string) => readFileSync(`${root}${path}`, "utf8");
const skaffold = parse(read("skaffold.yaml")) as Skaffold;
const manifests = manifestsOf(kind);
const { artifacts } = skaffold.build;

describe("skaffold.yaml", () => {
  test("builds every image that kind runs, and no other", () => {
    const run = podOwners(manifests).flatMap((owner) =>
      containersOf(owner).map(({ image = "" }) => image),
    );
    const built = artifacts.map(({ image }) => `${image}:${kind.images.tag}`);
    expect(built.toSorted()).toEqual([...new Set(run)].toSorted());
  });

  test("builds each from the program or stage of its name", () => {
    const stages = [...read("Dockerfile").matchAll(/^FROM \S+ AS (\S+)$/gm)].map(
      ([, name]) => name,
    );
    for (const { image, context, docker } of artifacts) {
      expect([context, docker.dockerfile]).toEqual([".", "Dockerfile"]);
      expect(stages).toContain(docker.target);
      expect(image).toBe(`weft/${docker.buildArgs?.APP ?? docker.target}`);
    }
  });

  test("renders first, and applies what was rendered", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const [npm, run, script = ""] = skaffold.manifests.hooks.before[0]?.host.command ?? [];
    expect([npm, run, Object.keys(scripts).includes(script)]).toEqual(["npm", "run", true]);
    const applied = globSync([...skaffold.manifests.rawYaml], { cwd: root });
    expect(applied.toSorted()).toEqual([
      "dist/kind/00-platform.k8s.yaml",
      "dist/kind/15-local-stack.k8s.yaml",
      "dist/kind/20-dispatcher.k8s.yaml",
      "dist/kind/30-indexer.k8s.yaml",
      "dist/kind/40-liquidator.k8s.yaml",
    ]);
  });

  test("forwards ports that are served", () => {
    for (const { resourceType, resourceName, namespace, port } of skaffold.portForward) {
      const served =
        resourceType === "service"
          ? find<IService>(manifests, "Service", resourceName).spec?.ports?.map((p) => p.port)
          : find<IDeployment>(manifests, "Deployment", resourceName)
              .spec?.template.spec?.containers.flatMap(({ ports = [] }) => ports)
              .map(({ containerPort }) => containerPort);
      expect([namespace, served]).toEqual(["weft", expect.arrayContaining([port])]);
    }
  });

  test("goes by its profiles dev and run when told so in a word", () => {
    const words = skaffold.profiles.map(({ name, activation }) => [name, activation[0]?.command]);
    expect(words).toEqual([
      ["dev", "dev"],
      ["run", "run"],
    ]);
  });

  test("syncs sources of the program itself and of packages to where its dev image runs them", () => {
    const patches = skaffold.profiles.find(({ name }) => name === "dev")?.patches ?? [];
    const of = (index: number, field: string) =>
      patches.find(({ path }) => path === `/build/artifacts/${index}/${field}`)?.value;
    const workers = ["weft/indexer", "weft/liquidator"].map((image) =>
      artifacts.findIndex((artifact) => artifact.image === image),
    );
    expect(patches.map(({ path }) => path)).toEqual(
      workers.flatMap((index) => [
        `/build/artifacts/${index}/docker/target`,
        `/build/artifacts/${index}/sync`,
      ]),
    );
    for (const index of workers) {
      expect(of(index, "docker/target")).toBe("dev");
      const { manual } = of(index, "sync") as Sync;
      const app = artifacts[index]?.docker.buildArgs?.APP;
      expect(manual.map(({ src }) => src)).toEqual([
        `apps/${app}/src/**/*.ts`,
        "packages/*/src/**/*.ts",
      ]);
      expect(manual.map(({ dest }) => dest)).toEqual(["/tmp/weft", "/tmp/weft"]);
      expect(manual.every(({ src }) => globSync(src, { cwd: root }).length > 0)).toBe(true);
    }
    expect(read("Dockerfile")).toContain("/tmp/weft/packages");
    expect(existsSync(`${root}tools/dev-container.mjs`)).toBe(true);
  });

  test("brings KEDA in the version that the clusters on AWS have", () => {
    expect(read("skaffold.yaml")).toContain("/v2.20.2/keda-2.20.2.yaml");
    const [, version] =
      /chart: "keda",\s+targetRevision: "(\d+\.\d+)\.\d+"/.exec(
        read("charts/src/blueprints/operators.ts"),
      ) ?? [];
    expect(version).toBe("2.20");
  });
});
