import type { Column } from "./column.ts";

const struct = (fields: Readonly<Record<string, string>>) =>
  `struct<${Object.entries(fields)
    .map(([name, type]) => `${name}:${type}`)
    .join(",")}>`;
const amounts = `array<${struct({ resource: "string", amount: "string" })}>`;

const TYPES = {
  version: "bigint",
  cdpid: "string",
  runid: "string",
  attempt: "bigint",
  ending: "string",
  detail: "string",
  liquidationltvbefore: "string",
  transaction: struct({
    intenthash: "string",
    endepochexclusive: "bigint",
    committedstateversion: "string",
    feexrd: "string",
  }),
  paid: amounts,
  seized: amounts,
  seizednfts: `array<${struct({ resource: "string", id: "string" })}>`,
  funding: "string",
  profitxrd: "string",
  times: struct({
    queuedat: "string",
    receivedat: "string",
    submittedat: "string",
    committedat: "string",
    endedat: "string",
  }),
  traceid: "string",
};

/**
 * Of an outcome as the liquidator writes it (`outcomeSchema` in packages/messages), in its order and in lower case, which is
 * all that Glue knows; a test holds them together.
 */
export const OUTCOME_COLUMNS: readonly Column[] = Object.entries(TYPES).map(([name, type]) => ({
  name,
  type,
}));
