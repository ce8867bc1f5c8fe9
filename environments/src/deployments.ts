import type { Environment } from "./fields.ts";
import { kind } from "./kind.ts";
import { mainnet } from "./mainnet.ts";
import { stokenet } from "./stokenet.ts";

/** What runs on AWS. */
export const DEPLOYMENTS: readonly Environment[] = [stokenet, mainnet];

/** What manifests are rendered for. */
export const ENVIRONMENTS: readonly Environment[] = [kind, ...DEPLOYMENTS];

/** @throws {Error} on what does not run on AWS, naming what does */
export function deploymentNamed(name: string | undefined): Environment {
  const found = DEPLOYMENTS.find((env) => env.name === name);
  if (found !== undefined) return found;
  const names = DEPLOYMENTS.map((env) => env.name).join(", ");
  throw new Error(`${name ?? "no environment"}: name one of ${names}`);
}

/** Where images are, which ECR says in the name of its host; undefined of another registry. */
export const registryRegionOf = ({ images }: Environment): string | undefined =>
  /\.ecr\.([a-z0-9-]+)\./.exec(images.registry)?.[1];
