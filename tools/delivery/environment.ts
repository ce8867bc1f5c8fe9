import { type Environment, mainnet, stokenet } from "../../environments/src/index.ts";

const DEPLOYED: readonly Environment[] = [stokenet, mainnet];

/** @throws {Error} that names those there are */
export function environmentNamed(name: string | undefined): Environment {
  const found = DEPLOYED.find((env) => env.name === name);
  if (found !== undefined) return found;
  const names = DEPLOYED.map((env) => env.name).join(", ");
  throw new Error(`${name ?? "no environment"}: name one of ${names}`);
}

/** What Argo CD follows there. */
export const branchOf = ({ delivery }: Environment): string => delivery?.revision ?? "main";
