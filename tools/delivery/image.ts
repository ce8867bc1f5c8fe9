import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FOREIGN_IMAGES, PROGRAMS } from "../../charts/src/images.ts";
import { stokenet } from "../../environments/src/index.ts";
import { saveDigest } from "./image-digests.ts";
import { type Command, required } from "./job.ts";
import { attempt, run } from "./program.ts";

/** What the programs' images are made of, as the Dockerfile says. */
const BASE_IMAGES = ["BUILD_IMAGE", "RUN_IMAGE"];
/** Of everything that Karpenter may start. */
const PLATFORM = "linux/amd64";

/** Builds, pushes and signs the image of APP, with its contents and its making attested; keeps its digest for the release. */
export const image: Command = async (job) => {
  const app = required(job, "APP", `one of ${PROGRAMS.join(", ")}`);
  if (!PROGRAMS.some((program) => program === app)) throw new Error(`there is no program ${app}`);
  const at = { cwd: job.root };
  const commit = await run("git", ["rev-parse", "HEAD"], at);
  const committedAt = await run("git", ["log", "-1", "--format=%ct"], at);
  const repository = `${stokenet.images.registry}/${app}`;
  const tag = `${stokenet.images.tag}-${commit.slice(0, 12)}`;
  // Tags are never moved: a job that is run again takes what the first one pushed.
  const pushed = await digestOf(`${repository}:${tag}`, job.root).catch(() => undefined);
  if (pushed === undefined) {
    const dockerfile = await readFile(join(job.root, "Dockerfile"), "utf8");
    const bases = await baseImages(dockerfile, job.root);
    const make = { app, commit, committedAt, reference: `${repository}:${tag}`, bases };
    await run("docker", buildArguments(make), at);
  }
  const digest = pushed ?? (await digestOf(`${repository}:${tag}`, job.root));
  const signed = `${repository}@${digest}`;
  const { code } = await attempt("cosign", ["verify", ...signerOptions(job.variables), signed], at);
  if (code !== 0) await run("cosign", ["sign", "--yes", signed], at);
  await saveDigest(job.root, app, digest);
  job.print(signed);
};

/** Digests of other people's images, at the versions that the charts name. */
export const foreignImages: Command = async ({ root, print }) => {
  for (const [name, { repository, tag }] of Object.entries(FOREIGN_IMAGES)) {
    const digest = await digestOf(`${repository}:${tag}`, root);
    await saveDigest(root, name, digest);
    print(`${repository}:${tag}@${digest}`);
  }
};

export interface Make {
  readonly app: string;
  readonly commit: string;
  /** Seconds: the files' time, so that the same commit gives the same image. */
  readonly committedAt: string;
  readonly reference: string;
  /** Base images by digest, as build arguments. */
  readonly bases: readonly string[];
}

export function buildArguments({ app, commit, committedAt, reference, bases }: Make): string[] {
  const values = [`APP=${app}`, `REVISION=${commit}`, `SOURCE_DATE_EPOCH=${committedAt}`, ...bases];
  return [
    ...["buildx", "build", ".", "--platform", PLATFORM],
    ...values.flatMap((value) => ["--build-arg", value]),
    ...["--sbom=true", "--provenance=mode=max"],
    ...["--output", `type=image,name=${reference},push=true,rewrite-timestamp=true`],
  ];
}

async function baseImages(dockerfile: string, root: string): Promise<string[]> {
  const bases = BASE_IMAGES.map(async (name) => {
    const tagged = new RegExp(`^ARG ${name}=(\\S+)$`, "m").exec(dockerfile)?.[1];
    if (tagged === undefined) throw new Error(`the Dockerfile has no ARG ${name} with an image`);
    return `${name}=${tagged}@${await digestOf(tagged, root)}`;
  });
  return Promise.all(bases);
}

/** Of a tag, as its registry has it now. */
const digestOf = (reference: string, root: string) =>
  run(
    "docker",
    ["buildx", "imagetools", "inspect", reference, "--format", "{{.Manifest.Digest}}"],
    {
      cwd: root,
    },
  );

/** Who must have signed: this workflow, on main. */
function signerOptions(variables: Readonly<Record<string, string | undefined>>): string[] {
  const workflow = required({ variables }, "GITHUB_WORKFLOW_REF", "which GitHub Actions sets");
  return [
    ...["--certificate-identity", `https://github.com/${workflow}`],
    ...["--certificate-oidc-issuer", "https://token.actions.githubusercontent.com"],
  ];
}
