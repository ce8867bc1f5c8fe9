import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Loopback, listen } from "../../local/src/simulator/gateway/loopback.ts";
import { ADDRESS } from "../../local/src/simulator/gateway/small-ledger.ts";
import { BTC, CDP_JSON, USDC } from "../../packages/ledger/test/samples.ts";
import {
  decimal,
  localId,
  map,
  reference,
  tuple,
  u64,
  variant,
} from "../../packages/ledger/test/sbor.ts";
import { decodeFiles } from "./decode-files.ts";

/** Runs the command over files that are there only for it. */
async function decode(files: Readonly<Record<string, unknown>>, ...flags: string[]) {
  let [out, error] = ["", ""];
  const code = await decodeFiles([...flags, ...Object.keys(files)], {
    readText: (file) => {
      const content = files[file];
      if (content === undefined) return Promise.reject(new Error(`no such file: ${file}`));
      return Promise.resolve(typeof content === "string" ? content : JSON.stringify(content));
    },
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      error += text;
    },
  });
  return { code, out: out.split("\n"), error };
}

const nonFungible = (data: unknown) => ({
  resource_address: ADDRESS.cdp,
  non_fungible_ids: [{ is_burned: false, non_fungible_id: "#7#", data }],
});

/** A payment of a protocol that this repository knows nothing of, in bytes alone. */
const foreignCommit = {
  ledger_state: { network: "mainnet", state_version: 5_152_002 },
  transaction: {
    transaction_status: "CommittedSuccess",
    receipt: {
      status: "CommittedSuccess",
      output: [
        { hex: "5c2100", programmatic_json: null },
        {
          hex: "5c90f8ef824eb480c16bbceebcc36d0e263b9ebf287cdcab710332344104f11c",
          programmatic_json: null,
        },
      ],
      events: [
        {
          name: "SwapEvent",
          emitter: {
            type: "Method",
            entity: {
              entity_address:
                "component_rdx1cpd6et0fy7jua470t0mn0vswgc8wzx52nwxzg6dd6rel0g0e08l0lu",
            },
          },
          data: { ...tuple({ ...decimal("1.5"), field_name: "amount" }), type_name: "SwapEvent" },
        },
      ],
    },
  },
};

describe("npm run decode", () => {
  it("prints a CDP with its names, and what the programs read in it", async () => {
    const { code, out } = await decode({
      "cdp.json": nonFungible({ programmatic_json: CDP_JSON }),
    });
    expect(code).toBe(0);
    expect(out.slice(0, 9)).toEqual([
      "cdp.json",
      `  resource_address: ${ADDRESS.cdp}`,
      "  non_fungible_ids:",
      "    [0]:",
      "      is_burned: false",
      "      non_fungible_id: #7#",
      "      data: CDPData, Tuple",
      "        minted_at: 1735689600 (Instant, I64)",
      "        updated_at: 1753399809 (Instant, I64)",
    ]);
    expect(out).toContain(`          ${USDC} (ResourceAddress, Reference): LoanInfo, Tuple`);
    expect(out).toContain("            units: 144.2 (Decimal)");
    expect(out).toContain(`          ${BTC} (Reference): CollateralInfo, Tuple`);
    expect(out).toContain("              efficiency_mode: EfficiencyMode, Enum EfficiencyGroup");
    expect(out).toContain("        => read as CDP #7#: 1 loans, 1 collaterals, 1 NFT collaterals");
  });

  it("says why a CDP is not readable as one, and prints it all the same", async () => {
    const fields = CDP_JSON.fields.filter(({ field_name }) => field_name !== "minted_at");
    const data = { programmatic_json: { ...CDP_JSON, fields } };
    const { code, out } = await decode({ "cdp.json": nonFungible(data) });
    expect(code).toBe(0);
    expect(out).toContain("        => NOT readable as a CDP, minted_at: missing");
  });

  it("prints what get_cdp returned, which carries no names", async () => {
    const amounts = ["84", "84", "100", "100", "80", "80", "0.84", "0.84", "1.05", "0", "0"];
    const health = tuple(...amounts.map(decimal), map(), map(), map());
    const receipt = {
      status: "Succeeded",
      output: [{ programmatic_json: map([localId("#7#"), health]) }],
    };
    const { code, out } = await decode({ "preview.json": { encoded_receipt: "5b", receipt } });
    expect(code).toBe(0);
    expect(out).toContain(
      "        => read as CDP #7#: liquidation LTV 1.05, owes 84 XRD, holds 100 XRD",
    );
  });

  it("prints the receipt of a preview that failed", async () => {
    const receipt = { status: "Failed", output: null, error_message: "no price" };
    const { code, out } = await decode({ "preview.json": { receipt } });
    expect(code).toBe(0);
    expect(out).toContain("    error_message: no price");
  });

  it("decodes other protocols, and bytes that came without JSON", async () => {
    const { code, out } = await decode({ "commit.json": foreignCommit });
    expect(code).toBe(0);
    expect(out).toContain("          data: SwapEvent, Tuple");
    expect(out).toContain("            amount: 1.5 (Decimal)");
    expect(out).toContain("        [0]: Tuple, empty");
    expect(out).toContain(
      "        [1]: internal_component_rdx1lrhcyn45srqkh08whnpk6r3x8w0t72rumj4hzqejx3qsfuguzdyz7h (Own)",
    );
  });

  it("decodes the entries of a key-value store, keys of any kind included", async () => {
    const entries = [
      {
        key: { programmatic_json: variant(0, u64("1")) },
        value: { programmatic_json: decimal("2") },
      },
      { key: { programmatic_json: reference(USDC) }, value: { programmatic_json: decimal("3") } },
    ];
    const { out } = await decode({
      "store.json": { key_value_store_address: ADDRESS.store, entries },
    });
    expect(out.slice(2, 9)).toEqual([
      "  entries:",
      "    [0]:",
      "      key: Enum variant 0",
      "        [0]: 1 (U64)",
      "      value: 2 (Decimal)",
      "    [1]:",
      `      key: ${USDC} (Reference)`,
    ]);
  });

  it("has everything as JSON", async () => {
    const { code, out } = await decode(
      { "commit.json": foreignCommit, "gone.json": undefined },
      "--json",
    );
    expect(code).toBe(1);
    const [commit, gone] = JSON.parse(out.join("\n"));
    const { transaction } = commit.response.members;
    expect(transaction.members.receipt.members.events.items[0].members.data).toEqual({
      kind: "sbor",
      value: {
        kind: "Tuple",
        typeName: "SwapEvent",
        parts: [{ kind: "Decimal", fieldName: "amount", text: "1.5" }],
      },
      weft: [],
    });
    expect(gone).toEqual({
      file: "gone.json",
      error: { path: "", message: "no such file: gone.json" },
    });
  });

  it.each([
    ["no JSON", "{", "$: not JSON: "],
    ["no response", { prices: [] }, "$: no response of the Gateway: "],
    [
      "no response in a list",
      [{ transaction_status: "x" }, 5],
      "$[1]: no response of the Gateway: ",
    ],
    ["a list that is none", { non_fungible_ids: {} }, "$.non_fungible_ids: not a list"],
    ["a receipt that is none", { receipt: "Succeeded" }, "$.receipt: not an object"],
    [
      "data that is no SBOR",
      nonFungible({ programmatic_json: 5 }),
      "$.non_fungible_ids[0].data.programmatic_json: no SBOR value",
    ],
    [
      "an unknown kind deep inside",
      nonFungible({ programmatic_json: tuple(map([u64("1"), { kind: "Quaternion" }])) }),
      "$.non_fungible_ids[0].data.programmatic_json.fields[0].entries[0].value: unknown kind Quaternion",
    ],
    [
      "an event of an unknown kind",
      { transaction: { receipt: { events: [{ name: "E", data: { kind: "Quaternion" } }] } } },
      "$.transaction.receipt.events[0].data: unknown kind Quaternion",
    ],
    [
      "bytes that are no SBOR",
      { receipt: { output: [{ hex: "5c2101", address: ADDRESS.cdp }] } },
      "$.receipt.output[0].hex: not the bytes of an SBOR value",
    ],
  ])("names the place of %s, and goes on with the other files", async (_what, bad, message) => {
    const { code, out, error } = await decode({ "bad.json": bad, "good.json": decimal("1") });
    expect(code).toBe(1);
    expect(error).toContain(`bad.json: ${message}`);
    expect(out).toEqual(["good.json", "  1 (Decimal)", ""]);
  });

  it.each([[[]], [["--all", "a.json"]]])("says how it is used when given %j", async (args) => {
    let told = "";
    const code = await decodeFiles(args, {
      readText: () => Promise.reject(new Error("not to be read")),
      write: () => {},
      writeError: (text) => {
        told += text;
      },
    });
    expect(code).toBe(1);
    expect(told).toContain("npm run decode -- [--json] FILE...");
  });
});

describe("npm run decode, of what a Gateway answered", () => {
  let gateway: Loopback;
  beforeAll(async () => {
    gateway = await listen();
  });
  afterAll(() => gateway.close());

  it.each([
    [
      "/state/non-fungible/data",
      { resource_address: ADDRESS.cdp, non_fungible_ids: ["#1#", "#2#"] },
    ],
    ["/state/key-value-store/keys", { key_value_store_address: ADDRESS.store }],
    ["/state/entity/details", { addresses: [ADDRESS.market] }],
  ])("decodes %s", async (path, body) => {
    const response = await gateway.post(path, body);
    expect(response.status).toBe(200);
    const { code, out } = await decode({ "answer.json": await response.text() });
    expect(code).toBe(0);
    expect(out.length).toBeGreaterThan(10);
  });
});
