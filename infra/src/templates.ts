import { glob, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** A resource as CloudFormation reads it. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: string | readonly string[];
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** By the name of the stack's part. */
export type Templates = ReadonlyMap<string, Template>;

const ENDING = ".template.json";

/**
 * The templates of a folder that was synthesized, or in which they were saved under the same names.
 *
 * @throws {Error} when there are none
 */
export async function readTemplates(folder: string): Promise<Templates> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(ENDING));
  if (files.length === 0) throw new Error(`${folder} has no templates (*${ENDING})`);
  const entries = files.map(async (file) => {
    const text = await readFile(join(folder, file), "utf8");
    return [file.slice(0, -ENDING.length), JSON.parse(text) as Template] as const;
  });
  return new Map(await Promise.all(entries));
}

/** A stack that is no more must not be deployed because its template still lies there. */
export async function removeTemplates(folder: string): Promise<void> {
  for await (const file of glob(`*${ENDING}`, { cwd: folder })) await rm(join(folder, file));
}

/** What stays when the stacks go: type and name, a line each. */
export function keptOnDestroy(templates: Templates): string[] {
  return [...templates]
    .flatMap(([stack, { Resources }]) =>
      Object.entries(Resources)
        .filter(([, resource]) => resource.DeletionPolicy?.startsWith("Retain"))
        .map(([id, resource]) => `${stack}: ${resource.Type} ${nameOf(resource) ?? id}`),
    )
    .sort();
}

function nameOf({ Properties = {} }: Resource): string | undefined {
  const name = ["BucketName", "TableName", "RepositoryName"].map((key) => Properties[key]);
  return name.find((value) => typeof value === "string");
}
