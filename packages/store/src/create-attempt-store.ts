import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { AttemptStore } from "./attempt-store.ts";
import { createCdpItems } from "./cdp-items.ts";
import { listQuarantined, listUnfinal } from "./list-cdps.ts";
import { recordFinal, recordSigned, recordSubmitted } from "./record-attempt.ts";
import { releaseQuarantine } from "./release-quarantine.ts";
import { acquireLease, releaseLease, renewLease } from "./take-lease.ts";

/** The store over one table. */
export function createAttemptStore(options: {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}): AttemptStore {
  const items = createCdpItems(options);
  return {
    acquireLease: (request, signal) => acquireLease(items, request, signal),
    renewLease: (request, signal) => renewLease(items, request, signal),
    releaseLease: (request, signal) => releaseLease(items, request, signal),
    recordSigned: (write, signal) => recordSigned(items, write, signal),
    recordSubmitted: (write, signal) => recordSubmitted(items, write, signal),
    recordFinal: (write, signal) => recordFinal(items, write, signal),
    read: (cdpId, signal) => items.read(cdpId, signal),
    listUnfinal: (signal) => listUnfinal(items, signal),
    listQuarantined: (signal) => listQuarantined(items, signal),
    releaseQuarantine: (cdpId, signal) => releaseQuarantine(items, cdpId, signal),
  };
}
