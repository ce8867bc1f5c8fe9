import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { AppError, sleep } from "@weft/runtime";
import { checkHold, requireNewer } from "./check-hold.ts";
import type { HoldVerdict, Reservations, ReserveRequest, SettleRequest } from "./reservations.ts";
import { shareReads } from "./share-reads.ts";
import {
  createBooksReader,
  FEES,
  feesAttribute,
  type Hold,
  holdAttribute,
  hourOf,
  leftAttribute,
  parseBooks,
  type TreasuryBooks,
  toHoldItem,
} from "./treasury-books.ts";
import { createTreasuryShards, shardOf, type TreasuryShards } from "./treasury-shards.ts";

/** The client's own limits end it. */
const UNABORTED = new AbortController().signal;

/** The reservations in one table. */
export function createReservations(options: {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}): Reservations {
  const shards = createTreasuryShards(options);
  const readBooks = createBooksReader();
  const read = async (signal: AbortSignal) => readBooks(await shards.readAll(signal));
  /** Written here, and not promised: undecided, or refused and about to be withdrawn. */
  const unpromised = new Set<string>();
  // Each needs a read that began after its own write: the next will do for all who have written by then.
  const readAfterwards = shareReads({
    read: () => read(UNABORTED),
    nowMs: () => performance.now(),
    sleep,
  });
  return {
    read,
    async reserve(request, signal) {
      requireNewer(request.funds);
      const hold = nameOf(request);
      unpromised.add(hold);
      try {
        await writeHold(shards, request, signal);
        const books = await readAfterwards();
        signal.throwIfAborted();
        const { cdpId, fence } = request;
        const own = books.holds.find((each) => each.cdpId === cdpId);
        if (own?.fence !== fence) throw leaseLost(request);
        const answer = judgeInTurn(request, books, unpromised);
        if (answer.kind !== "reserved") {
          await release(shards, { ...request, reservedAtMs: request.nowMs }, signal);
        }
        return { ...answer, books };
      } finally {
        unpromised.delete(hold);
      }
    },
    release: (hold, signal) => release(shards, hold, signal),
    settle: (request, signal) => settle(shards, request, signal),
    async forgetOldHours(nowMs, signal) {
      // Not by the names that are kept: another pod may count in the next hour already.
      const isOld = (name: string) =>
        name.startsWith(FEES) && Number(name.slice(FEES.length)) < hourOf(nowMs) - 1;
      for (const [shard, item] of (await shards.readAll(signal)).entries()) {
        const old = Object.keys(item).filter(isOld);
        if (old.length === 0) continue;
        const names = Object.fromEntries(old.map((name, index) => [`#fees${index}`, name]));
        const update = `REMOVE ${Object.keys(names).join(", ")}`;
        await shards.write({ shard, update, names }, signal);
      }
    },
  };
}

const nameOf = ({ cdpId, attempt, fence }: Pick<Hold, "cdpId" | "attempt" | "fence">) =>
  `${cdpId}/${attempt}/${fence}`;

/**
 * Those who share a read are judged one after the other, or each would be refused for the sake of the others: one whose turn
 * is yet to come counts all who were promised before it, by the same read or a later one, and so need not be counted now.
 */
function judgeInTurn(
  request: ReserveRequest,
  books: TreasuryBooks,
  unpromised: ReadonlySet<string>,
): HoldVerdict {
  const answer = checkHold(request, books);
  if (answer.kind === "reserved") return answer;
  const own = nameOf(request);
  const counted = books.holds.filter((hold) => {
    const name = nameOf(hold);
    return name === own || !unpromised.has(name);
  });
  return checkHold(request, { ...books, holds: counted });
}

/** Under one lease the later request counts: a write that the network held back must not come after it. */
async function writeHold(
  shards: TreasuryShards,
  request: ReserveRequest,
  signal: AbortSignal,
): Promise<void> {
  const { cdpId, fence, nowMs } = request;
  const written = await shards.write(
    {
      shard: shardOf(cdpId),
      condition:
        "attribute_not_exists(#hold) OR #hold.fence < :fence OR " +
        "(#hold.fence = :fence AND #hold.reservedAtMs <= :now)",
      update: "SET #hold = :hold",
      names: { "#hold": holdAttribute(cdpId) },
      values: {
        ":hold": toHoldItem({ ...request, reservedAtMs: nowMs }),
        ":fence": { N: String(fence) },
        ":now": { N: String(nowMs) },
      },
    },
    signal,
  );
  if (!written) throw leaseLost(request);
}

/** A request that was long on its way must not take what was reserved anew meanwhile: the whole hold is compared. */
async function release(shards: TreasuryShards, hold: Hold, signal: AbortSignal): Promise<boolean> {
  const { attempt, fence, reservedAtMs, promise } = toHoldItem(hold).M;
  return shards.write(
    {
      shard: shardOf(hold.cdpId),
      condition:
        "#hold.attempt = :attempt AND #hold.fence = :fence AND " +
        "#hold.reservedAtMs = :reservedAt AND #hold.promise = :promise",
      update: "REMOVE #hold",
      names: { "#hold": holdAttribute(hold.cdpId) },
      values: {
        ":attempt": attempt,
        ":fence": fence,
        ":reservedAt": reservedAtMs,
        ":promise": promise,
      },
    },
    signal,
  );
}

/**
 * What leaves the books as a hold comes back in them as `left` and as a fee, in the same write. The whole hold counts as
 * gone, so that whoever still goes by an older balance is not told of more than there can be.
 */
async function settle(
  shards: TreasuryShards,
  request: SettleRequest,
  signal: AbortSignal,
): Promise<void> {
  const { cdpId, attempt, hold: known } = request;
  if (known !== undefined && (await settleHold(shards, known, request, signal))) return;
  const { holds } = parseBooks([await shards.read(shardOf(cdpId), signal)]);
  const hold = holds.find((each) => each.cdpId === cdpId);
  if (hold?.attempt === attempt) await settleHold(shards, hold, request, signal);
}

/** False when the hold is not there, or is another. */
async function settleHold(
  shards: TreasuryShards,
  hold: Hold,
  { commit, nowMs }: SettleRequest,
  signal: AbortSignal,
): Promise<boolean> {
  if (commit === null) return release(shards, hold, signal);
  const shard = shardOf(hold.cdpId);
  const sums: Sum[] = [
    ...[...hold.amounts].map(([resource, amount]): Sum => [leftAttribute(resource), amount]),
    [feesAttribute(hourOf(nowMs)), commit.feeXrd],
  ];
  const [newest, outrun] = bookings(hold, sums, commit.stateVersion);
  if (await shards.write({ shard, ...newest }, signal)) return true;
  // A newer commit is settled already. Or this one is: then the hold is gone, and this writes nothing.
  return shards.write({ shard, ...outrun }, signal);
}

type Sum = readonly [attribute: string, subunits: bigint];

/** The same write twice: when the commit is the newest that was settled, and when it is not. */
function bookings({ cdpId, attempt, fence }: Hold, sums: readonly Sum[], stateVersion: bigint) {
  const names: Record<string, string> = { "#hold": holdAttribute(cdpId) };
  const values: Record<string, AttributeValue> = {
    ":attempt": { N: String(attempt) },
    ":fence": { N: String(fence) },
    ":version": { N: String(stateVersion) },
  };
  const added = sums.map(([attribute, subunits], index) => {
    names[`#sum${index}`] = attribute;
    values[`:sum${index}`] = { N: String(subunits) };
    return `#sum${index} :sum${index}`;
  });
  const booking = `REMOVE #hold ADD ${added.join(", ")}`;
  const itsHold = "#hold.attempt = :attempt AND #hold.fence = :fence";
  const isNewest = "(attribute_not_exists(settledVersion) OR settledVersion < :version)";
  return [
    {
      ...{ names, values, condition: `${itsHold} AND ${isNewest}` },
      update: `SET settledVersion = :version ${booking}`,
    },
    {
      ...{ names, values, condition: `${itsHold} AND settledVersion >= :version` },
      update: booking,
    },
  ] as const;
}

function leaseLost({ cdpId, fence }: Pick<Hold, "cdpId" | "fence">): AppError {
  const message = `lease ${fence} on ${cdpId} is lost: its hold is another's`;
  return new AppError("lease_lost", message, { disposition: "retry" });
}
