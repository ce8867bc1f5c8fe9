import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestClient, SIGNAL } from "../../test/client.ts";
import { BTC, MARKET, TERM_RESOURCE, USDC } from "../../test/samples.ts";
import {
  array,
  bool,
  decimal,
  localId,
  map,
  none,
  reference,
  text,
  tuple,
  u16,
  u64,
  variant,
} from "../../test/sbor.ts";
import { type ScriptedGateway, startScriptedGateway } from "../../test/scripted-gateway.ts";
import type { SborNode } from "../sbor/node.ts";
import { previewHealth } from "./preview-health.ts";

const PREVIEW = "/transaction/preview";
const ONE = 1_000_000_000_000_000_000n;

let gateway: ScriptedGateway;
beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(() => gateway.close());

const answer = (receipt: unknown) => ({
  json: { encoded_receipt: "5c", receipt, resource_changes: [], logs: [] },
});
const succeeded = (output: SborNode) =>
  answer({ status: "Succeeded", output: [{ hex: "5c", programmatic_json: output }] });
const preview = (ids: readonly string[]) =>
  previewHealth(createTestClient([gateway.url]), { lendingMarket: MARKET, ids, signal: SIGNAL });

const collateralConfig = tuple(text("volatile"), decimal("0.75"), decimal("0.05"), decimal("0.07"));
const collateral = (resourceType: SborNode, isFromNft = false) =>
  tuple(
    decimal("100"), // price
    decimal("3"), // amount
    decimal("300"), // value
    decimal("225"), // health value
    decimal("240"), // liquidation value
    decimal("285"), // discounted value
    collateralConfig,
    tuple(u64("7"), variant(0)), // config version
    tuple(u16("1"), none, array()), // resource config
    bool(isFromNft),
    resourceType,
  );
const loan = tuple(
  decimal("2"), // price
  decimal("120"), // units
  decimal("121"), // amount
  decimal("242"), // value
  decimal("242"), // adjusted value
  tuple(text("all"), decimal("1"), decimal("0.5")),
  u64("1"),
  tuple(u16("0"), array(), none),
);
const checker = (ltv: string, nfts: SborNode = map()) =>
  tuple(
    decimal("242"),
    decimal("243"),
    decimal("300"),
    decimal("225"),
    decimal("240"),
    array(),
    array(),
    decimal("1.08"),
    decimal(ltv),
    decimal("0"),
    decimal("285"),
    map([reference(USDC), loan]),
    map(
      [reference(BTC), collateral(variant(0))],
      [reference(TERM_RESOURCE), collateral(variant(2, reference(USDC)), true)],
    ),
    nfts,
  );

test("health is read by place: there are no names in a preview", async () => {
  gateway.on(PREVIEW, succeeded(map([localId("#6#"), checker("1.0125")])));
  const healths = await preview(["#6#"]);
  const taken = { amount: 3n * ONE, price: 100n * ONE, value: 300n * ONE };
  expect(healths).toEqual(
    new Map([
      [
        "#6#",
        {
          loanValue: 242n * ONE,
          adjustedLoanValue: 243n * ONE,
          collateralValue: 300n * ONE,
          liquidationCollateralValue: 240n * ONE,
          liquidationLtv: 1_012_500_000_000_000_000n,
          loans: [
            {
              resource: USDC,
              units: 120n * ONE,
              amount: 121n * ONE,
              price: 2n * ONE,
              value: 242n * ONE,
              closeFactor: 500_000_000_000_000_000n,
            },
          ],
          collaterals: [
            {
              ...taken,
              resource: BTC,
              liquidationValue: 240n * ONE,
              bonusRate: 70_000_000_000_000_000n,
              resourceType: "token",
              underlying: null,
              isFromNft: false,
            },
            {
              ...taken,
              resource: TERM_RESOURCE,
              liquidationValue: 240n * ONE,
              bonusRate: 70_000_000_000_000_000n,
              resourceType: "deposit_unit",
              underlying: USDC,
              isFromNft: true,
            },
          ],
          nfts: [],
        },
      ],
    ]),
  );
});

test("it asks as nobody, with lent fees, for the ids it was given", async () => {
  gateway.on(PREVIEW, succeeded(map()));
  await preview(["#6#", "#12#"]);
  expect(gateway.requests[0]?.body).toMatchObject({
    manifest: `CALL_METHOD Address("${MARKET}") "get_cdp" Array<NonFungibleLocalId>(NonFungibleLocalId("#6#"), NonFungibleLocalId("#12#"));\n`,
    start_epoch_inclusive: 1,
    end_epoch_exclusive: 2,
    signer_public_keys: [],
    flags: { use_free_credit: true, assume_all_signature_proofs: true, skip_epoch_check: true },
  });
});

test("the ratio of a debt without collateral is the greatest decimal", async () => {
  const max = "3138550867693340381917894711603833208051.177722232017256447";
  gateway.on(PREVIEW, succeeded(map([localId("#1#"), checker(max)])));
  const healths = await preview(["#1#"]);
  expect(healths.get("#1#")?.liquidationLtv).toBe(2n ** 191n - 1n);
});

describe("NFT collateral", () => {
  const nft = (type: SborNode) => {
    const terms = ["100", "93", "60", "33", "1.4"].map((value) => decimal(value));
    const position = tuple(map(), tuple(...terms, type), decimal("1000000"));
    return map([reference(TERM_RESOURCE), map([localId("<claim>"), position])]);
  };

  test.each([
    ["any NFT", variant(0), "nft"],
    ["a claim", variant(1, reference(BTC)), "claim_nft"],
  ])("of %s is read with its price", async (_what, type, nftType) => {
    gateway.on(PREVIEW, succeeded(map([localId("#1#"), checker("1", nft(type))])));
    expect((await preview(["#1#"])).get("#1#")?.nfts).toEqual([
      {
        resource: TERM_RESOURCE,
        id: "<claim>",
        value: 100n * ONE,
        loanPaymentValue: 60n * ONE,
        compensationValue: 33n * ONE,
        liquidationFee: 1_400_000_000_000_000_000n,
        positions: [],
        nftType,
      },
    ]);
  });

  test("of another kind is not taken for one of these", async () => {
    gateway.on(PREVIEW, succeeded(map([localId("#1#"), checker("1", nft(variant(2)))])));
    await expect(preview(["#1#"])).rejects.toThrow("unknown NFT type 2");
  });
});

test.each(["Failed", "Rejected"])(
  "a preview that %s is an error with the ledger's words",
  async (status) => {
    gateway.on(PREVIEW, answer({ status, error_message: "price expired" }));
    await expect(preview(["#1#"])).rejects.toMatchObject({
      code: "preview_failed",
      disposition: "retry",
      status,
      errorMessage: "price expired",
    });
    expect(gateway.requests).toHaveLength(1);
  },
);

test("a result that does not fit says where", async () => {
  gateway.on(PREVIEW, succeeded(map([localId("#1#"), tuple(decimal("1"))])));
  await expect(preview(["#1#"])).rejects.toThrow(
    "get_cdp.#1#.total_adjusted_loan_value: missing (field 1)",
  );
});

test("no ids need no request, and a strange id makes none", async () => {
  expect(await preview([])).toEqual(new Map());
  await expect(preview(['#1#"); DROP'])).rejects.toMatchObject({ code: "manifest_invalid" });
  expect(gateway.requests).toHaveLength(0);
});

test("what takes the Gateway too long for several is told at once, so that halves can be asked", async () => {
  gateway.on(PREVIEW, { status: 524, text: "" });
  await expect(preview(["#1#", "#2#"])).rejects.toMatchObject({
    ...{ code: "gateway_timeout", askForLess: true },
  });
  expect(gateway.requests).toHaveLength(1);
});

test.each([
  ["one CDP", ["#1#"], 524],
  ["a 429", ["#1#", "#2#"], 429],
])("the same is asked again for %s", async (_title, ids, status) => {
  gateway.on(PREVIEW, { status, text: "" }, succeeded(map()));
  await preview(ids);
  expect(gateway.requests.map(({ body }) => body.manifest)).toEqual([
    gateway.requests[0]?.body.manifest,
    gateway.requests[0]?.body.manifest,
  ]);
});
