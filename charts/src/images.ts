import type { Environment } from "@weft/environments";

/** Images of other people, at the version that was looked at. */
export const FOREIGN_IMAGES = {
  alloy: { repository: "docker.io/grafana/alloy", tag: "v1.18.1" },
  "grafana-agent": { repository: "docker.io/grafana/agent", tag: "v0.44.2" },
  pause: { repository: "registry.k8s.io/pause", tag: "3.10" },
} as const;

export const PROGRAMS = ["dispatcher", "indexer", "liquidator"] as const;
export type ProgramName = (typeof PROGRAMS)[number];
/** `local` is the stack that a cluster on one machine runs instead of AWS and of the ledger. */
export type ImageName = ProgramName | "local" | keyof typeof FOREIGN_IMAGES;

/** Digests by image, written by delivery once the images are built. */
export type ImageLock = Readonly<Record<string, string>>;

export interface ImageOptions {
  readonly lock: ImageLock;
  /** Refuse what has no digest. */
  readonly release: boolean;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * How manifests name an image: by digest where one is known, by version before that, and always by version where images
 * are loaded into the nodes by hand.
 *
 * @throws {Error} for a release without a digest, or for a digest that is none
 */
export function createImages(env: Environment, options: ImageOptions): (name: ImageName) => string {
  const { lock, release } = options;
  const pulled = env.aws !== undefined;
  return (name) => {
    const { repository, tag } = repositoryOf(env, name);
    const digest = pulled ? lock[name] : undefined;
    if (digest === undefined) {
      if (!release || !pulled) return `${repository}:${tag}`;
      throw new Error(
        `no digest of ${name} for ${env.name}: build it and put the digest into environments/images.lock.json`,
      );
    }
    if (!DIGEST.test(digest)) throw new Error(`the digest of ${name} is none: ${digest}`);
    return `${repository}@${digest}`;
  };
}

function repositoryOf(env: Environment, name: ImageName) {
  if (name in FOREIGN_IMAGES) return FOREIGN_IMAGES[name as keyof typeof FOREIGN_IMAGES];
  return { repository: `${env.images.registry}/${name}`, tag: env.images.tag };
}
