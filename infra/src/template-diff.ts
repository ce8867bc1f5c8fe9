import { isDeepStrictEqual } from "node:util";
import type { Resource, Template, Templates } from "./templates.ts";

/** What a deployment of `wanted` would change, had `deployed` been deployed: a line each, stack by stack. */
export function diffTemplates(deployed: Templates, wanted: Templates): string[] {
  const stacks = [...new Set([...deployed.keys(), ...wanted.keys()])].sort();
  return stacks.flatMap((stack) =>
    diffResources(deployed.get(stack), wanted.get(stack)).map(
      (line) => `${line[0]} ${stack}: ${line.slice(2)}`,
    ),
  );
}

function diffResources(before: Template | undefined, after: Template | undefined): string[] {
  const [old, made] = [before?.Resources ?? {}, after?.Resources ?? {}];
  const ids = [...new Set([...Object.keys(old), ...Object.keys(made)])].sort();
  return ids.flatMap((id) => {
    const [was, is] = [old[id], made[id]];
    if (was === undefined) return is === undefined ? [] : [`+ ${is.Type} ${id}`];
    if (is === undefined) return [`- ${was.Type} ${id}${fate(was)}`];
    return diffValues(was, is, []).map((change) => `~ ${is.Type} ${id} ${change}`);
  });
}

const fate = ({ DeletionPolicy }: Resource) =>
  DeletionPolicy?.startsWith("Retain") === true ? " (kept, no longer managed)" : "";

/** Down to the smallest part that differs, so that one action in a policy is one line. */
function diffValues(was: unknown, is: unknown, path: readonly string[]): string[] {
  if (isDeepStrictEqual(was, is)) return [];
  if (isObject(was) && isObject(is)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
    return keys.flatMap((key) => diffValues(was[key], is[key], [...path, key]));
  }
  return [`${path.join(".")}: ${textOf(was)} → ${textOf(is)}`];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const textOf = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value));
