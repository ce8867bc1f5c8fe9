import type { Price } from "./prices.ts";
import type { Amounts } from "./traffic.ts";

/** What a line is of; explanations and settings go by it. */
export type Kind =
  | "cluster"
  | "systemNodes"
  | "nodes"
  | "burstNodes"
  | "disks"
  | "nat"
  | "addresses"
  | "endpoints"
  | "transfer"
  | "queues"
  | "table"
  | "objects"
  | "keys"
  | "watching"
  | "logs"
  | "images"
  | "secrets"
  | "queries";

/** So many units of something with a price. */
export interface Line {
  readonly kind: Kind;
  readonly what: string;
  readonly price: Price;
  /** In the price's unit. */
  readonly amounts: Amounts;
}
