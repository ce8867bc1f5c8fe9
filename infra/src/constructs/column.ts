/** A column of a Glue table: its name, and its type as Athena calls it. */
export interface Column {
  readonly name: string;
  readonly type: string;
}
