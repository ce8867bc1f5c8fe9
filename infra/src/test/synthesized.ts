import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Environment } from "@weft/environments";
import { buildApp } from "../app.ts";
import { type Resource, readTemplates, type Templates } from "../templates.ts";

/** Runs `use` with a folder that is gone afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "weft-infra-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const synthesized = new Map<string, Promise<Templates>>();

/** The templates of an environment. Takes seconds: made once, as what they are made from does not change. */
export function templatesOf(env: Environment): Promise<Templates> {
  const key = JSON.stringify(env);
  const templates = synthesized.get(key) ?? inFolder((folder) => synthesize(env, folder));
  synthesized.set(key, templates);
  return templates;
}

function synthesize(env: Environment, folder: string): Promise<Templates> {
  buildApp(env, folder).synth();
  return readTemplates(folder);
}

export interface Placed extends Resource {
  readonly stack: string;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Every resource of the types, with what it refers to as text. */
export function resourcesOf(templates: Templates, ...types: readonly string[]): Placed[] {
  return [...templates].flatMap(([stack, { Resources }]) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => types.length === 0 || types.includes(Type))
      .map(([id, resource]) => ({
        ...{ ...resource, stack, id },
        properties: asText(resource.Properties ?? {}) as Record<string, unknown>,
      })),
  );
}

/** @throws {Error} unless there is exactly one of the type */
export function onlyOf(templates: Templates, type: string): Placed {
  const [found, ...others] = resourcesOf(templates, type);
  if (found === undefined || others.length > 0) throw new Error(`not one ${type}`);
  return found;
}

/** Values with what CloudFormation puts in replaced by `<its name>`, so that they can be compared as they are read. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && name !== undefined) {
    if (name === "Ref") return argument === "AWS::Partition" ? "aws" : `<${withoutHash(argument)}>`;
    if (name === "Fn::GetAtt") return `<${(argument as string[]).map(withoutHash).join(".")}>`;
    if (name === "Fn::Sub") return String(argument).replaceAll(/\$\{([^}]+)\}/g, "<$1>");
    if (name === "Fn::ImportValue") return `<import ${argument}>`;
    if (name === "Fn::Join") {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map((part) => String(asText(part))).join(separator);
    }
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, asText(inner)]));
}

/** Logical ids end in eight digits that say where they are in the tree. */
export const withoutHash = (id: unknown) => String(id).replace(/[0-9A-F]{8}$/, "");
