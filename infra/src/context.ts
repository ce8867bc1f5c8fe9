import { type Environment, type Names, namesOf } from "@weft/environments";
import { type InfraNames, infraNamesOf } from "./names.ts";

export type Aws = NonNullable<Environment["aws"]>;

/** What every stack of an environment is made from. */
export interface Context {
  readonly env: Environment;
  readonly aws: Aws;
  /** Shared with the manifests. */
  readonly names: Names;
  /** Of what only AWS and people see. */
  readonly own: InfraNames;
}

/** @throws {Error} for an environment that does not live on AWS */
export function contextOf(env: Environment): Context {
  const { aws } = env;
  if (aws === undefined) throw new Error(`environment ${env.name} does not live on AWS`);
  const names = namesOf(env);
  return { env, aws, names, own: infraNamesOf(names, aws) };
}
