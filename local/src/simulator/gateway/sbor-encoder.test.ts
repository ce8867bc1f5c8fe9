import { RadixEngineToolkit, SerializationMode } from "@radixdlt/radix-engine-toolkit";
import { describe, expect, it } from "vitest";
import type { SborNode } from "../ledger/types.ts";
import { encodeSbor, SborEncodeError } from "./sbor-encoder.ts";

const NETWORK_ID = 242;
const XRD = "resource_sim1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxakj8n3";

const leaf = (kind: string, value: string | boolean): SborNode => ({ kind, value });

const values: readonly (readonly [string, SborNode])[] = [
  ["a false boolean", leaf("Bool", false)],
  ["a true boolean", leaf("Bool", true)],
  ["the smallest I8", leaf("I8", "-128")],
  ["an I16", leaf("I16", "-2")],
  ["an I32", leaf("I32", "2147483647")],
  ["the smallest I64", leaf("I64", "-9223372036854775808")],
  ["an I128", leaf("I128", "-170141183460469231731687303715884105728")],
  ["the largest U8", leaf("U8", "255")],
  ["a U16", leaf("U16", "258")],
  ["a U32", leaf("U32", "4294967295")],
  ["the largest U64", leaf("U64", "18446744073709551615")],
  ["a U128", leaf("U128", "340282366920938463463374607431768211455")],
  ["an empty text", leaf("String", "")],
  ["a text beyond ASCII", leaf("String", "Wéft ✓")],
  ["a text of 200 bytes", leaf("String", "x".repeat(200))],
  ["a resource", leaf("Reference", XRD)],
  ["zero", leaf("Decimal", "0")],
  ["the last place of a Decimal", leaf("Decimal", "-0.000000000000000001")],
  [
    "the largest Decimal",
    leaf("Decimal", "3138550867693340381917894711603833208051.177722232017256447"),
  ],
  ["a PreciseDecimal", leaf("PreciseDecimal", "-1.000000000000000000000000000000000001")],
  ["an integer id", leaf("NonFungibleLocalId", "#1138#")],
  ["a text id", leaf("NonFungibleLocalId", "<weft_1>")],
  ["a bytes id", leaf("NonFungibleLocalId", "[0a0b]")],
  [
    "a random id",
    leaf(
      "NonFungibleLocalId",
      "{1111111111111111-2222222222222222-3333333333333333-4444444444444444}",
    ),
  ],
  ["bytes", { kind: "Bytes", element_kind: "U8", hex: "00ff10" }],
  [
    "an array",
    { kind: "Array", element_kind: "U16", elements: [leaf("U16", "1"), leaf("U16", "2")] },
  ],
  ["an empty array", { kind: "Array", element_kind: "Tuple", elements: [] }],
  ["None", { kind: "Enum", variant_id: "0", fields: [] }],
  ["Some", { kind: "Enum", variant_id: "1", fields: [leaf("U16", "3")] }],
  [
    "a map of tuples",
    {
      kind: "Map",
      key_kind: "Reference",
      value_kind: "Tuple",
      entries: [
        {
          key: leaf("Reference", XRD),
          value: { kind: "Tuple", fields: [leaf("Decimal", "144.2")] },
        },
      ],
    },
  ],
];

/** The toolkit orders properties by name; only the content counts. */
const decode = async (hex: string): Promise<unknown> =>
  JSON.parse(
    await RadixEngineToolkit.ScryptoSbor.decodeToString(
      Buffer.from(hex, "hex"),
      NETWORK_ID,
      SerializationMode.Programmatic,
    ),
  );

describe("encodeSbor", () => {
  it.each(values)("writes %s so that the toolkit reads it back", async (_name, node) => {
    expect(await decode(encodeSbor(node))).toEqual(node);
  });

  it("ignores the names of fields, types and variants", () => {
    const named: SborNode = {
      kind: "Tuple",
      type_name: "LoanInfo",
      fields: [{ kind: "U64", field_name: "config_version", value: "3" }],
    };
    expect(encodeSbor(named)).toBe("5c21010a0300000000000000");
  });

  it("writes a value larger than its first buffer", async () => {
    const node: SborNode = {
      kind: "Array",
      element_kind: "U64",
      elements: Array.from({ length: 3_000 }, (_, index) => leaf("U64", String(index))),
    };
    expect(await decode(encodeSbor(node))).toEqual(node);
  });

  it.each<readonly [string, SborNode]>([
    ["an unknown kind", leaf("Bucket", "1")],
    ["a U8 that does not fit", leaf("U8", "256")],
    ["a negative U64", leaf("U64", "-1")],
    ["a Decimal of 19 places", leaf("Decimal", "0.0000000000000000001")],
    ["a decimal with an exponent", leaf("Decimal", "1e3")],
    ["an address with a wrong checksum", leaf("Reference", `${XRD.slice(0, -1)}4`)],
    ["an id without its marks", leaf("NonFungibleLocalId", "12")],
    ["a value that is missing", { kind: "String" }],
  ])("refuses %s", (_name, node) => {
    expect(() => encodeSbor(node)).toThrow(SborEncodeError);
  });
});
