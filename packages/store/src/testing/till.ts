import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { parseDecimal } from "@weft/protocol";
import { createReservations } from "../create-reservations.ts";
import type { ReserveRequest } from "../reservations.ts";
import { type Hold, hourOf, type TreasuryBooks } from "../treasury-books.ts";
import { TREASURY_SHARDS } from "../treasury-shards.ts";
import { startStateServer } from "./state-server.ts";

const { signal } = new AbortController();
export const XRD = "resource_sim1xrd";
export const USD = "resource_sim1usd";
export const NOW = Date.parse("2026-11-20T22:10:00Z");
export const HOUR = hourOf(NOW);
export const NOTHING: TreasuryBooks = {
  holds: [],
  left: new Map(),
  settledVersion: 0n,
  feesXrd: new Map(),
};

export const amounts = (figures: Record<string, string>) =>
  new Map(Object.entries(figures).map(([resource, text]) => [resource, parseDecimal(text)]));

/** The account holds 100 XRD and 50 USD; the ceiling is far. */
export const asked = (
  cdpId: string,
  wanted: Record<string, string>,
  change: Partial<ReserveRequest> = {},
): ReserveRequest => ({
  cdpId,
  attempt: 0,
  fence: 1,
  amounts: amounts(wanted),
  feeXrd: parseDecimal("10"),
  funds: {
    balances: amounts({ [XRD]: "100", [USD]: "50" }),
    stateVersion: 1_000n,
    booksBefore: NOTHING,
  },
  ceilingXrdPerHour: parseDecimal("1000"),
  nowMs: NOW,
  ...change,
});

/** What `reserve` leaves for the same request. */
export const holdOf = (cdpId: string, wanted: Record<string, string>): Hold => ({
  ...{ cdpId, attempt: 0, fence: 1, amounts: amounts(wanted) },
  ...{ feeXrd: parseDecimal("10"), reservedAtMs: NOW },
});

export type Till = Awaited<ReturnType<typeof openTill>>;

/** Reservations in a table of their own, and what tests do with them again and again. */
export async function openTill() {
  const server = await startStateServer();
  const store = createReservations(server);
  return {
    server,
    store,
    /** The verdict alone. */
    reserve: async (...request: Parameters<typeof asked>) => {
      const { books: _, ...verdict } = await store.reserve(asked(...request), signal);
      return verdict;
    },
    settle: (cdpId: string, attempt = 0, feeXrd = "0.4", stateVersion = 1_005n, nowMs = NOW) =>
      store.settle(
        { cdpId, attempt, commit: { feeXrd: parseDecimal(feeXrd), stateVersion }, nowMs },
        signal,
      ),
    heldCdps: async () => (await store.read(signal)).holds.map(({ cdpId }) => cdpId).sort(),
    async empty() {
      for (let shard = 0; shard < TREASURY_SHARDS; shard += 1) {
        const Key = { pk: { S: `TREASURY#${shard}` }, sk: { S: "STATE" } };
        await server.dynamo.send(new DeleteItemCommand({ TableName: server.table, Key }));
      }
      server.commands.length = 0;
    },
  };
}
