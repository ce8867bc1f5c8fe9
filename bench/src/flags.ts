import { parseArgs } from "node:util";

/** A flag that takes a whole number. */
export interface WholeFlag {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

export type Flags<Name extends string> =
  | {
      readonly kind: "run";
      readonly numbers: Readonly<Record<Name, number>>;
      readonly reportFile: string | null;
    }
  | { readonly kind: "fault"; readonly message: string };

/** Reads a benchmark's command line: its own numbers, and `--report FILE`. A wrong one is a `fault` that names it. */
export function parseFlags<Name extends string>(
  args: readonly string[],
  wholes: Readonly<Record<Name, WholeFlag>>,
): Flags<Name> {
  const names = Object.keys(wholes) as Name[];
  const text = { type: "string" } as const;
  let values: Partial<Record<string, string>>;
  try {
    const options = Object.fromEntries([...names, "report"].map((name) => [name, text]));
    ({ values } = parseArgs({ args: [...args], strict: true, allowPositionals: false, options }));
  } catch (error) {
    const [message = ""] = (error as Error).message.split(". ");
    const known = [...names, "report"].map((name) => `--${name}`).join(", ");
    return { kind: "fault", message: `${message}; there are ${known}` };
  }
  const faults: string[] = [];
  const numbers = Object.fromEntries(
    names.map((name) => {
      const { fallback, min, max } = wholes[name];
      const given = values[name] ?? String(fallback);
      const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
      if (!(number >= min && number <= max)) {
        faults.push(`--${name} must be a whole number from ${min} to ${max}, not "${given}"`);
      }
      return [name, number];
    }),
  ) as Record<Name, number>;
  if (values.report === "") faults.push("--report needs the name of a file");
  if (faults.length > 0) return { kind: "fault", message: faults.join("\n") };
  return { kind: "run", numbers, reportFile: values.report ?? null };
}
