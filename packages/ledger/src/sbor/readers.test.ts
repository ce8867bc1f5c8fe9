import { describe, expect, test } from "vitest";
import {
  array,
  bytes,
  decimal,
  i64,
  localId,
  map,
  none,
  precise,
  reference,
  some,
  struct,
  tuple,
  u16,
  u64,
  variant,
} from "../../test/sbor.ts";
import { fieldAt, namedField } from "./fields.ts";
import { asNode, SborError, type SborNode } from "./node.ts";
import {
  listOf,
  mapOf,
  optionOf,
  readBytesHex,
  readDecimal,
  readInteger,
  readLocalId,
  readPreciseDecimal,
  readReference,
  readSmallInteger,
  readVariant,
} from "./readers.ts";

describe("values", () => {
  test("decimals keep every digit", () => {
    expect(readDecimal(decimal("-1.000000000000000001"))).toBe(-1_000_000_000_000_000_001n);
    expect(readPreciseDecimal(precise("0.5"))).toBe(5n * 10n ** 35n);
  });

  test("integers of 64 bits keep every digit", () => {
    expect(readInteger(u64("18446744073709551615"))).toBe(18_446_744_073_709_551_615n);
    expect(readInteger(i64("-5"))).toBe(-5n);
    expect(readSmallInteger(u16("65535"))).toBe(65_535);
  });

  test("an Option is its value or null", () => {
    expect(optionOf(readSmallInteger)(some(u16("3")))).toBe(3);
    expect(optionOf(readSmallInteger)(none)).toBeNull();
  });

  test("a map keeps the order of the ledger", () => {
    const read = mapOf(readReference, readDecimal);
    const node = map([reference("b"), decimal("2")], [reference("a"), decimal("1")]);
    expect([...read(node).keys()]).toEqual(["b", "a"]);
  });

  test("bytes, lists and variants", () => {
    expect(readBytesHex(bytes("00ff"))).toBe("00ff");
    expect(listOf(readLocalId)(array(localId("#1#"), localId("#2#")))).toEqual(["#1#", "#2#"]);
    expect(readVariant(variant(2)).variant).toBe(2);
  });
});

test.each([null, "", " ", "-1", "one", undefined])("%j is no variant", (id) => {
  const node = { kind: "Enum", variant_id: id as unknown as string, fields: [] };
  expect(() => readVariant(node)).toThrow("an Enum without a variant");
});

describe("structs", () => {
  test("a field is found by name wherever it is, and unknown ones do not matter", () => {
    const node = struct({ later: u16("9"), amount: decimal("1") });
    expect(namedField(node, "amount", readDecimal, 0)).toBe(10n ** 18n);
  });

  test("a field is found by place where there are no names", () => {
    expect(fieldAt(tuple(u16("9"), u16("8")), 1, "price", readSmallInteger)).toBe(8);
  });
});

describe("what does not fit names the way to it", () => {
  const loans = (units: SborNode) =>
    struct({ loans: map([reference("resource_x"), struct({ units })]) });
  const entryWithout = (half: "key" | "value") => {
    const entry = { key: reference("resource_x"), value: struct({}), [half]: undefined };
    return struct({ loans: { kind: "Map", entries: [entry] } } as never);
  };
  const readUnits = (node: SborNode) =>
    namedField(
      node,
      "loans",
      mapOf(readReference, (loan) => namedField(loan, "units", readDecimal)),
    );

  test.each([
    ["another kind", loans(u16("1")), "loans.resource_x.units: wanted Decimal, got U16"],
    ["not a number", loans(decimal("1e5")), 'loans.resource_x.units: not a Decimal: "1e5"'],
    ["no such field", struct({}), "loans: missing"],
    ["no struct", u16("1"), "(value): wanted Tuple, got U16"],
    ["no value", { kind: "Tuple", fields: [null as unknown as SborNode] }, "loans: missing"],
    ["an entry without a value", entryWithout("value"), "loans.resource_x: no SBOR value"],
    ["an entry without a key", entryWithout("key"), "loans.(key): no SBOR value"],
  ])("%s", (_name, node, message) => {
    expect(() => readUnits(node)).toThrow(message);
  });

  test("by place as well", () => {
    const node = tuple(tuple(u16("1")));
    const read = () =>
      fieldAt(node, 0, "config", (config) => fieldAt(config, 2, "close_factor", readDecimal));
    expect(read).toThrow("config.close_factor: missing (field 2)");
  });

  test("it is an error to be set aside, with its path", () => {
    const error = new SborError("missing", ["a", "b"]);
    expect(error).toMatchObject({ code: "sbor_mismatch", disposition: "park", path: ["a", "b"] });
  });

  test.each([undefined, null, "text", 5, {}, { kind: 5 }])("%j is no value at all", (value) => {
    expect(() => asNode(value)).toThrow("no SBOR value");
  });
});
