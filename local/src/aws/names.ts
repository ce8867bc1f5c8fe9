/** What the local stack calls its queues, bucket and table; the programs get these names by environment. */
export const LOCAL_AWS = {
  region: "us-east-1",
  /** The embedded servers take any credentials; the SDK only insists on having some. */
  accessKeyId: "test",
  secretAccessKey: "test",
  indexQueue: "weft-local-index",
  indexDeadLetterQueue: "weft-local-index-dlq",
  liquidationQueue: "weft-local-liquidation.fifo",
  liquidationDeadLetterQueue: "weft-local-liquidation-dlq.fifo",
  dataBucket: "weft-local-data",
  stateTable: "weft-local-state",
} as const;
