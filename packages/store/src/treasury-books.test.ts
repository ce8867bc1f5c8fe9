import { parseDecimal } from "@weft/protocol";
import { expect, it } from "vitest";
import { createBooksReader, type Hold, toHoldItem } from "./treasury-books.ts";

const XRD = "resource_sim1xrd";
const hold = (cdpId: string, change: Partial<Hold> = {}): Hold => ({
  ...{ cdpId, attempt: 1, fence: 7, reservedAtMs: 1_795_211_698_000 },
  amounts: new Map([[XRD, parseDecimal("30")]]),
  feeXrd: parseDecimal("10"),
  ...change,
});
const shard = (...holds: readonly Hold[]) => ({
  pk: { S: "TREASURY#3" },
  ...Object.fromEntries(
    holds.map((each) => [`hold#${each.cdpId.replaceAll("#", "")}`, toHoldItem(each)]),
  ),
});

it("reads a hold once for as long as it is stored the same", () => {
  const readBooks = createBooksReader();
  const [first] = readBooks([shard(hold("#3#"))]).holds;
  expect(first).toEqual(hold("#3#"));
  expect(readBooks([shard(hold("#11#"), hold("#3#"))]).holds[1]).toBe(first);
});

it.each<[string, Partial<Hold>]>([
  ["another attempt", { attempt: 2 }],
  ["another lease", { fence: 8 }],
  ["other amounts", { amounts: new Map([[XRD, parseDecimal("31")]]) }],
  ["another fee", { feeXrd: parseDecimal("11") }],
  ["another time", { reservedAtMs: 1_795_211_698_001 }],
])("reads it anew when it is of %s", (_what, change) => {
  const readBooks = createBooksReader();
  readBooks([shard(hold("#3#"))]);
  expect(readBooks([shard(hold("#3#", change))]).holds).toEqual([hold("#3#", change)]);
  expect(readBooks([shard(hold("#3#"))]).holds).toEqual([hold("#3#")]);
});

it("knows none that is stored no more, and takes none of one CDP for another's", () => {
  const readBooks = createBooksReader();
  readBooks([shard(hold("#3#"), hold("#11#"))]);
  expect(readBooks([shard(hold("#19#"))]).holds).toEqual([hold("#19#")]);
  expect(readBooks([shard()]).holds).toEqual([]);
});
