/** What a column holds: UTF-8 text, 64-bit integers, or integers of up to 38 digits that stand for decimals. */
export type ColumnType = "text" | "int64" | "decimal";

export interface Field<T> {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** Each value is written once, and numbers in its stead: for few values that many rows have. */
  readonly repeats: boolean;
  /** `bigint` of the integer types. Null only where it is nullable. */
  readonly read: (of: T) => bigint | string | null;
}

/** A leaf of the schema, and how it is read out of rows. */
export interface Column<Row> {
  /** The lists around it, if it is in one, and its name. */
  readonly path: readonly string[];
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly repeats: boolean;
  readonly inList: boolean;
  readonly shred: (rows: readonly Row[], onto: Shredded) => void;
}

/** Values in the order of the rows, with the levels that say where there is none and where a list goes on. */
export interface Shredded {
  readonly values: (bigint | string)[];
  /** Empty where every row has one value. */
  readonly definitionLevels: number[];
  /** Empty outside of lists. */
  readonly repetitionLevels: number[];
}

/** A column of one value per row. */
export function flatColumn<Row>({ read, name, ...kind }: Field<Row>): Column<Row> {
  return {
    ...kind,
    path: [name],
    inList: false,
    shred(rows, { values, definitionLevels }) {
      for (const row of rows) {
        const value = read(row);
        if (value !== null) values.push(value);
        if (kind.nullable) definitionLevels.push(value === null ? 0 : 1);
        else if (value === null) throw new TypeError(`${name} is null`);
      }
    },
  };
}

/** The fields of a list of structs. Neither list nor struct is ever null, but a list may be empty. */
export function listColumns<Row, Item>(
  list: string,
  itemsOf: (row: Row) => readonly Item[],
  fields: readonly Field<Item>[],
): Column<Row>[] {
  return fields.map(({ read, name, ...kind }) => ({
    ...kind,
    path: [list, "list", "element", name],
    inList: true,
    shred(rows, { values, definitionLevels, repetitionLevels }) {
      for (const row of rows) {
        const items = itemsOf(row);
        if (items.length === 0) {
          definitionLevels.push(0);
          repetitionLevels.push(0);
        }
        for (let index = 0; index < items.length; index += 1) {
          const value = read(items[index] as Item);
          if (value !== null) values.push(value);
          else if (!kind.nullable) throw new TypeError(`${list}.${name} is null`);
          definitionLevels.push(kind.nullable && value !== null ? 2 : 1);
          repetitionLevels.push(index === 0 ? 0 : 1);
        }
      }
    },
  }));
}

/** The greatest definition level of a column. */
export function deepestLevel({
  nullable,
  inList,
}: Pick<Column<never>, "nullable" | "inList">): number {
  return (inList ? 1 : 0) + (nullable ? 1 : 0);
}
