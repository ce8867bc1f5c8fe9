import { existsSync, globSync, readFileSync } from "node:fs";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const root = new URL("../", import.meta.url);
/** How the Dockerfile writes a variable. */
const variable = (name: string) => ["$", "{", name, "}"].join("");
const APP = variable("APP");
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

interface Stage {
  readonly name: string;
  readonly from: string;
  /** Instruction and the rest of its line, continuations joined. */
  readonly lines: readonly (readonly [string, string])[];
}

function stagesOf(text: string): Stage[] {
  const lines = text
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)] as const);
  const starts = lines.flatMap(([word], index) => (word === "FROM" ? [index] : []));
  return starts.map((start, index) => {
    const [from = "", , name = ""] = (lines[start]?.[1] ?? "").split(" ");
    return { name, from, lines: lines.slice(start + 1, starts[index + 1]) };
  });
}

const stages = stagesOf(read("Dockerfile"));
const stage = (name: string) => {
  const found = stages.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no stage ${name}`);
  return found;
};
const linesOf = (name: string, word: string) =>
  stage(name)
    .lines.filter(([instruction]) => instruction === word)
    .map(([, rest]) => rest);

/** What a stage copies from another: the other's name, and paths there. */
const copiesOf = ({ lines }: Stage) =>
  lines
    .filter(([word]) => word === "COPY")
    .map(([, rest]) => rest.split(" "))
    .map(([from = "", ...paths]) => ({
      from: from.startsWith("--from=") ? from.slice("--from=".length) : undefined,
      paths: from.startsWith("--from=") ? paths.slice(0, -1) : [from, ...paths.slice(0, -1)],
    }));

describe("the Dockerfile", () => {
  it("builds a program unless told otherwise, and has a stage for each other image", () => {
    expect(stages.at(-1)?.name).toBe("program");
    expect(stages.map(({ name }) => name)).toEqual(expect.arrayContaining(["dev", "local"]));
  });

  it.each(["program", "local"])(
    "makes %s of a distroless base, unprivileged, and runs nothing while it does",
    (name) => {
      expect(stage(name).from).toBe(variable("RUN_IMAGE"));
      expect(linesOf(name, "USER")).toEqual(["65532:65532"]);
      expect(linesOf(name, "RUN")).toEqual([]);
      expect(JSON.stringify(stage(name).lines)).not.toMatch(/\bnpm\b/);
      const labels = linesOf(name, "LABEL").join();
      for (const label of ["title", "description", "source", "revision", "version"]) {
        expect(labels).toContain(`org.opencontainers.image.${label}=`);
      }
    },
  );

  it("puts a bundle and its map into the image of a program, and nothing else", () => {
    expect(copiesOf(stage("program"))).toEqual([
      {
        from: "bundles",
        paths: [`/src/build/${APP}/main.mjs`, `/src/build/${APP}/main.mjs.map`],
      },
    ]);
  });

  it("starts Node by the entry point and the program by the command, in every image", () => {
    const starts = ["dev", "local", "program"].map((name) => [
      ...linesOf(name, "ENTRYPOINT"),
      ...linesOf(name, "CMD"),
    ]);
    expect(starts).toEqual([
      ['["/usr/local/bin/node"]', '["/app/dev-container.mjs"]'],
      ['["/nodejs/bin/node"]', '["/app/local/src/cluster/main.ts"]'],
      ['["/nodejs/bin/node"]', '["/app/main.mjs"]'],
    ]);
  });

  it("copies from stages before it, and sources that are there", () => {
    stages.forEach((own, index) => {
      const before = stages.slice(0, index).map(({ name }) => name);
      for (const { from, paths } of copiesOf(own)) {
        if (from !== undefined) expect(before).toContain(from);
        if (from !== "sources") continue;
        const missing = paths
          .map((path) => path.replace("/src", ".").replace(APP, "indexer"))
          .filter((path) => !existsSync(new URL(path, root)));
        expect(missing).toEqual([]);
      }
    });
  });

  it("installs from the lockfile alone, and runs nobody's install script", () => {
    const installs = stages
      .flatMap(({ lines }) => lines)
      .filter(([word, rest]) => word === "RUN" && rest.includes("npm "))
      .map(([, rest]) => /npm ci --ignore-scripts /.test(rest));
    expect(installs).toEqual([true, true, true]);
  });

  it("takes along all of this repository that the local stack loads", async () => {
    const { metafile } = await build({
      absWorkingDir: new URL(".", root).pathname,
      entryPoints: ["local/src/cluster/main.ts"],
      bundle: true,
      platform: "node",
      format: "esm",
      external: ["fauxqs", "dynalite"],
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const taken = copiesOf(stage("local"))
      .filter(({ from }) => from === "sources")
      .flatMap(({ paths }) => paths.map((path) => path.replace("/src/", "")));
    const loaded = Object.keys(metafile.inputs).filter((path) => !path.includes("node_modules"));
    expect(loaded.length).toBeGreaterThan(50);
    const missed = loaded.filter((path) => !taken.some((folder) => path.startsWith(`${folder}/`)));
    expect(missed).toEqual([]);
  });
});

describe("the build context", () => {
  const lines = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

  it("holds nothing but what is named", () => {
    expect(lines[0]).toBe("*");
    expect(lines.filter((line) => !line.startsWith("!")).slice(1)).toEqual([
      "**/node_modules",
      "**/test",
      "**/*.test.ts",
    ]);
  });

  it("holds the manifest of every workspace: npm refuses a lockfile that knows more", () => {
    const { workspaces } = JSON.parse(read("package.json")) as { workspaces: string[] };
    const named = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
    const left = globSync(workspaces, { cwd: new URL(".", root).pathname })
      .map((folder) => `${folder}/package.json`)
      .filter((path) => existsSync(new URL(path, root)))
      .filter((path) => !named.some((name) => path === name || path.startsWith(`${name}/`)));
    expect(left).toEqual([]);
  });
});
