import { describe, expect, it } from "vitest";
import { CDP_JSON } from "../../test/samples.ts";
import {
  array,
  bytes,
  decimal,
  map,
  reference,
  struct,
  text,
  tuple,
  u8,
  variant,
} from "../../test/sbor.ts";
import { decodeSborHex } from "./decode-hex.ts";
import { decodeSbor } from "./decode-sbor.ts";
import { SborError, type SborNode } from "./node.ts";

const failure = (node: unknown): unknown => {
  try {
    decodeSbor(node as SborNode);
  } catch (error) {
    return error instanceof SborError ? [error.path.join("."), error.detail] : error;
  }
  return "decoded";
};

describe("decodeSbor", () => {
  it("keeps names where there are some", () => {
    const { parts = [], ...whole } = decodeSbor(CDP_JSON as SborNode);
    expect(whole).toEqual({ kind: "Tuple", typeName: "CDPData" });
    expect(parts[0]).toEqual({
      kind: "I64",
      typeName: "Instant",
      fieldName: "minted_at",
      text: "1735689600",
    });
    const mode = parts[7]?.entries?.[0]?.value.parts?.[1]?.parts?.[1];
    expect(mode).toMatchObject({
      kind: "Enum",
      variant: { id: 1, name: "EfficiencyGroup" },
      parts: [{ kind: "U16", text: "7" }],
    });
  });

  it("does without names", () => {
    const value = tuple(map([reference("a"), array(u8("1"))]), bytes("00ff"), variant(2));
    expect(decodeSbor(value)).toEqual({
      kind: "Tuple",
      parts: [
        {
          kind: "Map",
          entries: [
            {
              key: { kind: "Reference", text: "a" },
              value: { kind: "Array", parts: [{ kind: "U8", text: "1" }] },
            },
          ],
        },
        { kind: "Bytes", text: "00ff" },
        { kind: "Enum", variant: { id: 2 }, parts: [] },
      ],
    });
  });

  it.each([
    ["an unknown kind", { kind: "Quaternion" }, "", "unknown kind Quaternion"],
    ["no value", tuple(null as never), "fields[0]", "no SBOR value"],
    [
      "a bad amount deep inside",
      struct({ a: map([text("k"), array(decimal("1"), decimal("1e3"))]) }),
      "fields[0].entries[0].value.elements[1]",
      expect.stringContaining("1e3"),
    ],
    ["an entry without key", { kind: "Map", entries: [{}] }, "entries[0].key", "no SBOR value"],
    ["an entry that is none", { kind: "Map", entries: [null] }, "entries[0].key", "no SBOR value"],
    ["a tuple without fields", { kind: "Tuple" }, "", "Tuple without fields"],
    ["an integer too large", u8("256"), "", "256 does not fit U8"],
    ["a negative unsigned integer", u8("-1"), "", "-1 does not fit U8"],
    ["an integer that is a JSON number", { kind: "I64", value: 5 }, "", "not an integer"],
    ["an enum without variant", { kind: "Enum", fields: [] }, "", "an Enum without a variant"],
  ])("names the place of %s", (_what, node, path, detail) => {
    expect(failure(node)).toEqual([path, detail]);
  });

  it("gives up on what no ledger nests so deep", () => {
    let node = u8("1");
    for (let depth = 0; depth < 129; depth += 1) node = array(node);
    expect(failure(node)).toEqual([expect.any(String), "more than 128 values inside each other"]);
  });
});

describe("decodeSborHex", () => {
  it("reads bytes that come without JSON", async () => {
    expect(decodeSbor(await decodeSborHex("5c2100", 1))).toEqual({ kind: "Tuple", parts: [] });
    const own = "5c90f8ef824eb480c16bbceebcc36d0e263b9ebf287cdcab710332344104f11c";
    expect(decodeSbor(await decodeSborHex(own, 1))).toEqual({
      kind: "Own",
      text: "internal_component_rdx1lrhcyn45srqkh08whnpk6r3x8w0t72rumj4hzqejx3qsfuguzdyz7h",
    });
  });

  it.each(["4d22", "5c", "5c21", "5c2101", "5cz"])("refuses %s", async (hex) => {
    await expect(decodeSborHex(hex, 1)).rejects.toThrow("not the bytes of an SBOR value");
  });
});
