import { parseArgs } from "node:util";

/** A flag that takes a whole number. */
export interface WholeFlag {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

export type Flags<Name extends string, Switch extends string = never> =
  | {
      readonly kind: "run";
      readonly numbers: Readonly<Record<Name, number>>;
      readonly switches: Readonly<Record<Switch, boolean>>;
      readonly reportFile: string | null;
    }
  | { readonly kind: "fault"; readonly message: string };

/**
 * Reads a benchmark's command line: its own numbers and switches, and `--report FILE`. A wrong one is a `fault` that names it.
 * @param switchNames flags that take nothing, off unless given
 */
export function parseFlags<Name extends string, Switch extends string = never>(
  args: readonly string[],
  wholes: Readonly<Record<Name, WholeFlag>>,
  switchNames: readonly Switch[] = [],
): Flags<Name, Switch> {
  const names = Object.keys(wholes) as Name[];
  const text = { type: "string" } as const;
  let values: Partial<Record<string, string | boolean>>;
  try {
    const options = {
      ...Object.fromEntries([...names, "report"].map((name) => [name, text])),
      ...Object.fromEntries(switchNames.map((name) => [name, { type: "boolean" } as const])),
    };
    ({ values } = parseArgs({ args: [...args], strict: true, allowPositionals: false, options }));
  } catch (error) {
    const [message = ""] = (error as Error).message.split(". ");
    const known = [...names, ...switchNames, "report"].map((name) => `--${name}`).join(", ");
    return { kind: "fault", message: `${message}; there are ${known}` };
  }
  const faults: string[] = [];
  const numbers = Object.fromEntries(
    names.map((name) => {
      const { fallback, min, max } = wholes[name];
      const given = String(values[name] ?? fallback);
      const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
      if (!(number >= min && number <= max)) {
        faults.push(`--${name} must be a whole number from ${min} to ${max}, not "${given}"`);
      }
      return [name, number];
    }),
  ) as Record<Name, number>;
  const switches = Object.fromEntries(
    switchNames.map((name) => [name, values[name] === true]),
  ) as Record<Switch, boolean>;
  if (values.report === "") faults.push("--report needs the name of a file");
  if (faults.length > 0) return { kind: "fault", message: faults.join("\n") };
  const reportFile = typeof values.report === "string" ? values.report : null;
  return { kind: "run", numbers, switches, reportFile };
}
