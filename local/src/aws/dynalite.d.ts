declare module "dynalite" {
  import type { Server } from "node:http";

  /** A DynamoDB server, not yet listening; tables live in memory unless `path` is given. */
  function dynalite(options?: {
    readonly path?: string;
    /** How long a new table stays in CREATING, milliseconds. */
    readonly createTableMs?: number;
    /** How long a deleted table stays in DELETING state, milliseconds. */
    readonly deleteTableMs?: number;
  }): Server;
  export = dynalite;
}
