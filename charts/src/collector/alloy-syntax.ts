/** Something that is not text: a reference to another component, or a call. */
export interface Expression {
  readonly expression: string;
}

export type Value = string | number | boolean | Expression | readonly Value[] | ValueMap;
interface ValueMap {
  readonly [name: string]: Value;
}

export interface Block {
  /** Such as `prometheus.scrape`. */
  readonly type: string;
  readonly label?: string;
  readonly attributes?: Readonly<Record<string, Value>>;
  readonly blocks?: readonly Block[];
}

export const reference = (expression: string): Expression => ({ expression });

/** The configuration language of Grafana Alloy, and of Grafana Agent's flow mode before it. */
export function renderBlocks(blocks: readonly Block[]): string {
  return `${blocks.map((block) => renderBlock(block, "")).join("\n\n")}\n`;
}

function renderBlock({ type, label, attributes = {}, blocks = [] }: Block, indent: string): string {
  const inner = `${indent}  `;
  const lines = [
    ...Object.entries(attributes).map(
      ([name, value]) => `${inner}${name} = ${render(value, inner)}`,
    ),
    ...blocks.map((block) => renderBlock(block, inner)),
  ];
  const head = `${indent}${type}${label === undefined ? "" : ` ${text(label)}`} {`;
  return lines.length === 0 ? `${head} }` : [head, ...lines, `${indent}}`].join("\n");
}

function render(value: Value, indent: string): string {
  if (typeof value === "string") return text(value);
  if (typeof value !== "object") return String(value);
  if (isExpression(value)) return value.expression;
  if (Array.isArray(value)) return `[${value.map((item) => render(item, indent)).join(", ")}]`;
  const lines = Object.entries(value).map(
    ([name, item]) => `${indent}  ${text(name)} = ${render(item, `${indent}  `)},`,
  );
  return ["{", ...lines, `${indent}}`].join("\n");
}

function isExpression(value: object): value is Expression {
  return "expression" in value && Object.keys(value).length === 1;
}

const text = (value: string) => JSON.stringify(value);
