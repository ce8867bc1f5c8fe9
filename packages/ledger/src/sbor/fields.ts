import { describeNode, readAt, SborError, type SborNode, type SborReader } from "./node.ts";

/**
 * Reads a struct's field by its name: for state and events, where the schema gives names and a new release may add fields.
 *
 * @param near where the field was when this was written: looked at first, so that a sweep need not search
 */
export function namedField<T>(
  node: SborNode,
  name: string,
  reader: SborReader<T>,
  near?: number,
): T {
  const fields = fieldsOf(node);
  const guess = near === undefined ? undefined : fields[near];
  const field =
    guess?.field_name === name ? guess : fields.find((other) => other?.field_name === name);
  if (field === undefined) throw new SborError("missing", [name]);
  return readAt(name, field, reader);
}

/**
 * Reads a struct's field by its place: for preview output, which carries no names.
 *
 * @param name only to say where an error is
 */
export function fieldAt<T>(node: SborNode, place: number, name: string, reader: SborReader<T>): T {
  const field = fieldsOf(node)[place];
  if (field === undefined) throw new SborError(`missing (field ${place})`, [name]);
  return readAt(name, field, reader);
}

function fieldsOf(node: SborNode): readonly SborNode[] {
  if (node.kind !== "Tuple" || !Array.isArray(node.fields)) {
    throw new SborError(`wanted Tuple, got ${describeNode(node)}`);
  }
  return node.fields;
}
