import { DECIMAL_ZERO, parseDecimal } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import {
  BTC,
  head,
  health,
  paidBy,
  prepare,
  signal,
  takenBy,
  USD,
  withTwoCollaterals,
  XRD,
} from "../test/sample-preparation.ts";
import { nonceOf, prepareTransaction } from "./prepare-transaction.ts";

describe("prepareTransaction", () => {
  it("plans half of the loan, previews that very manifest, and keeps the window short", async () => {
    const previewed: string[] = [];
    const ready = await prepare({
      preview: (manifest) => {
        previewed.push(manifest);
        return Promise.resolve({ status: "Succeeded", feeXrd: parseDecimal("0.5") });
      },
    });
    expect(ready).toMatchObject({
      kind: "ready",
      manifest: "liquidate #1006# with 50000000000000000000",
      startEpochInclusive: 100,
      endEpochExclusive: 102,
      pricesXrd: { [USD]: "2", [XRD]: "1" },
    });
    expect(previewed).toEqual(["liquidate #1006# with 50000000000000000000"]);
  });

  it("counts the fee that the preview tells: 5.6 XRD of bonus less 5.51 XRD of fee is below 0.1", async () => {
    const preview = () =>
      Promise.resolve({ status: "Succeeded", feeXrd: parseDecimal("5.51") } as const);
    expect((await prepare({ preview })).kind).toBe("unprofitable");
  });

  it("takes a profit of exactly the minimum", async () => {
    const preview = () =>
      Promise.resolve({ status: "Succeeded", feeXrd: parseDecimal("5.5") } as const);
    expect((await prepare({ preview })).kind).toBe("ready");
  });

  it("does not spend the XRD that the fee lock needs", async () => {
    const xrdLoan = { ...health.loans[0], resource: XRD, price: parseDecimal("1") };
    const owed = { ...health, loans: [xrdLoan as (typeof health.loans)[number]] };
    const treasury = { head, amounts: new Map([[XRD, parseDecimal("30")]]) };
    const manifests: string[] = [];
    await prepareTransaction(
      { cdpId: "#1006#", attempt: 0, head, health: owed, treasury },
      {
        assetDivisibility: () => 18,
        protocolBonusShare: parseDecimal("0.2"),
        xrd: XRD,
        feeLockXrd: parseDecimal("10"),
        minProfitXrd: parseDecimal("0.1"),
        allowedLossXrd: DECIMAL_ZERO,
        dustXrd: DECIMAL_ZERO,
        keep: new Map(),
        terms: () => ({}),
        maxSlippage: parseDecimal("0.01"),
        epochWindow: 2,
        account: "account_sim1treasury",
        dryRun: false,
        composeManifest: (plan) => {
          manifests.push(paidBy(plan));
          return "";
        },
        preview: () => Promise.resolve({ status: "Succeeded", feeXrd: parseDecimal("0.5") }),
      },
      signal,
    );
    expect(manifests).toEqual(["20000000000000000000"]);
  });

  it("does not spend what has to stay in the account", async () => {
    const ready = await prepare({ keep: new Map([[USD, parseDecimal("980")]]) });
    expect(ready).toMatchObject({ manifest: "liquidate #1006# with 20000000000000000000" });
    const keep = new Map([[USD, parseDecimal("1001")]]);
    await expect(prepare({ keep })).rejects.toMatchObject({ code: "inventory_short" });
  });

  it("an empty treasury is no fault of the CDP: the candidate waits", async () => {
    await expect(prepare({}, new Map())).rejects.toMatchObject({
      code: "treasury_short",
      disposition: "retry",
    });
  });

  it("one asset that has run out is no empty treasury: others may be paid with", async () => {
    const onlyXrd = new Map([[XRD, parseDecimal("1000")]]);
    await expect(prepare({}, onlyXrd)).rejects.toMatchObject({
      code: "inventory_short",
      disposition: "retry",
    });
  });

  it.each([
    ["9.999999999999999999", "treasury_short"],
    ["10", "ready"],
  ])("an account with %s XRD and a fee lock of 10 is %s", async (held, end) => {
    const amounts = new Map([
      [USD, parseDecimal("1000")],
      [XRD, parseDecimal(held)],
    ]);
    const ended = await prepare({}, amounts).then(
      ({ kind }) => kind,
      ({ code }) => code,
    );
    expect(ended).toBe(end);
  });

  describe("what is missing while another attempt is promised some of it", () => {
    const booksOf = (cdpId: string, [resource, amount]: readonly [string, string]) => ({
      ...{ left: new Map(), settledVersion: 0n, feesXrd: new Map() },
      holds: [
        {
          ...{ cdpId, attempt: 0, fence: 1, feeXrd: parseDecimal("10"), reservedAtMs: 0 },
          amounts: new Map([[resource, parseDecimal(amount)]]),
        },
      ],
    });

    it.each([
      ["XRD for the fee", "#9#", [XRD, "10"], [XRD, "9"], "funds_promised"],
      ["XRD that would not do either", "#9#", [XRD, "0.5"], [XRD, "9"], "treasury_short"],
      ["XRD of its own hold alone", "#1006#", [XRD, "10"], [XRD, "9"], "treasury_short"],
      ["the asset owed", "#9#", [USD, "50"], [XRD, "1000"], "funds_promised"],
      ["another asset than is owed", "#9#", [BTC, "50"], [XRD, "1000"], "inventory_short"],
    ] as const)("%s, held by %s, is %s", async (_case, cdpId, promised, [resource, held], code) => {
      const free = new Map([[resource, parseDecimal(held)]]);
      const books = booksOf(cdpId, promised);
      await expect(prepare({}, free, health, books)).rejects.toMatchObject({
        code,
        disposition: "retry",
      });
    });
  });

  it("tells a failed preview with the ledger's words", async () => {
    const preview = () => Promise.resolve({ status: "Failed", errorMessage: "assertion" } as const);
    expect(await prepare({ preview })).toEqual({ kind: "preview_failed", detail: "assertion" });
  });

  it("takes one collateral alone when the ledger refuses the plan for several", async () => {
    const previewed: string[] = [];
    const ready = await prepare(
      {
        composeManifest: (plan) => `${paidBy(plan)} for ${takenBy(plan).join(" and ")}`,
        preview: (manifest) => {
          previewed.push(manifest);
          return Promise.resolve(
            manifest.includes(" and ")
              ? { status: "Failed", errorMessage: "assertion" }
              : { status: "Succeeded", feeXrd: parseDecimal("0.5") },
          );
        },
      },
      undefined,
      withTwoCollaterals(),
    );
    expect(previewed).toEqual([
      `50000000000000000000 for ${BTC} and ${XRD}`,
      `37383177000000000000 for ${BTC}`,
    ]);
    expect(ready).toMatchObject({ kind: "ready", manifest: previewed[1] });
  });

  it("tells a failure of the single plan when that fails too", async () => {
    let previews = 0;
    const preview = () => {
      previews += 1;
      return Promise.resolve({ status: "Failed", errorMessage: `failure ${previews}` } as const);
    };
    const tried = await prepare({ preview }, undefined, withTwoCollaterals());
    expect(tried).toEqual({ kind: "preview_failed", detail: "failure 2" });
  });

  it("a dry run previews like any other, and ends before signing", async () => {
    expect((await prepare({ dryRun: true })).kind).toBe("dry_run");
  });

  it("a dry run without an account ends at the plan, and says that nothing was previewed", async () => {
    const preview = () => Promise.reject(new Error("must not be asked"));
    expect(await prepare({ account: null, dryRun: true, preview }, null)).toEqual({
      kind: "dry_run",
      detail: `not previewed, no account; repay 50 of ${USD} for 5.6 XRD before fees`,
    });
  });
});

describe("nonceOf", () => {
  it("is the same for the same attempt", () => {
    expect(nonceOf("#1006#", 4)).toBe(nonceOf("#1006#", 4));
  });

  it("differs between attempts and between CDPs, and fits 32 bits", () => {
    const nonces = [nonceOf("#1006#", 4), nonceOf("#1006#", 5), nonceOf("#1007#", 4)];
    expect(new Set(nonces).size).toBe(3);
    expect(nonces.every((nonce) => nonce >= 0 && nonce <= 0xffff_ffff)).toBe(true);
  });
});
