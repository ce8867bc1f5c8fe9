import { z } from "zod";
import { type Endpoint, endpoint, ledgerState } from "./endpoint.ts";

const RELEASE_INFO = {
  release_version: "1.10.1-simulator",
  open_api_schema_version: "1.10.1",
  image_tag: "simulator",
};

/** Says where this replica stands, however old that is. */
export function statusEndpoints(): readonly Endpoint[] {
  return [
    endpoint("/status/gateway-status", z.unknown(), (context) => ({
      ledger_state: ledgerState(context, context.replica.head()),
      release_info: RELEASE_INFO,
    })),
  ];
}
