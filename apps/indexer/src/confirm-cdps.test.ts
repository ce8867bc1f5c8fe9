import {
  GatewayError,
  type LedgerHealth,
  PreviewFailedError,
  type PreviewHealth,
  valueEach,
} from "@weft/ledger";
import { parseDecimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";
import { describe, expect, it } from "vitest";
import { ledgerHealth, xrdCdp } from "../test/builders.ts";
import type { Suspect } from "./cdp-finding.ts";
import { type ConfirmCdpsDeps, confirmCdps } from "./confirm-cdps.ts";
import type { ValueCdps } from "./share-previews.ts";

const { signal } = new AbortController();

const suspect = (id: string, loan = "0"): Suspect => ({
  kind: "suspect",
  id,
  cdp: xrdCdp(id, "1", "1"),
  health:
    loan === "0"
      ? { kind: "unvaluable", reason: "nft_collateral", resource: "resource_sim1nft" }
      : {
          kind: "valued",
          loanValue: parseDecimal(loan),
          adjustedLoanValue: parseDecimal(loan),
          collateralValue: parseDecimal("1"),
          liquidationCollateralValue: parseDecimal("1"),
          liquidationLtv: parseDecimal("1"),
          loans: [],
          collaterals: [],
        },
});

const by =
  (preview: PreviewHealth): ValueCdps =>
  (ids, s) =>
    valueEach(ids, preview, s);

/** A ledger that knows some CDPs by heart; one of `poison` fails the preview of all it is asked with. */
function createLedger(
  healths: Readonly<Record<string, LedgerHealth>>,
  poison: readonly string[] = [],
) {
  const asked: (readonly string[])[] = [];
  const told: string[][] = [];
  const preview: PreviewHealth = (ids) => {
    asked.push(ids);
    if (ids.some((id) => poison.includes(id))) {
      return Promise.reject(new PreviewFailedError("Failed", "no price"));
    }
    return Promise.resolve(new Map(Object.entries(healths).filter(([id]) => ids.includes(id))));
  };
  const deps: ConfirmCdpsDeps = {
    valueCdps: by(preview),
    onGroup: (findings) => {
      told.push(findings.map(({ id }) => id));
      return Promise.resolve();
    },
    findDoubt: () => undefined,
    groupSize: 4,
    badDebtCollateralXrd: parseDecimal("1"),
  };
  return { asked, told, preview, deps };
}

const healthy = ledgerHealth("10", "20", "0.9");

describe("confirmCdps", () => {
  it.each([
    ["liquidatable", ledgerHealth("90", "100", "1.000000000000000001")],
    ["healthy", ledgerHealth("90", "100", "1")],
    ["no_debt", ledgerHealth("0", "100", "0")],
    ["bad_debt", ledgerHealth("90", "1", "112")],
  ])("takes the ledger's word for %s", async (verdict, health) => {
    const ledger = createLedger({ "#1#": health });
    const found = await confirmCdps([suspect("#1#")], ledger.deps, signal);
    expect(found).toMatchObject([{ kind: "scanned", verdict, confirmed: health }]);
  });

  it("asks in groups, the most owed first and what cannot be valued last", async () => {
    const ids = ["#1#", "#2#", "#3#", "#4#", "#5#"];
    const ledger = createLedger(Object.fromEntries(ids.map((id) => [id, healthy])));
    const owed = ["5", "0", "9", "7", "6"];
    const suspects = ids.map((id, index) => suspect(id, owed[index]));
    await confirmCdps(suspects, ledger.deps, signal);
    expect(ledger.asked).toEqual([["#3#", "#4#", "#5#", "#1#"], ["#2#"]]);
    expect(ledger.told).toEqual([["#3#", "#4#", "#5#", "#1#"], ["#2#"]]);
  });

  it("tells the groups in that order, the one that was answered last included", async () => {
    const ids = ["#1#", "#2#", "#3#", "#4#", "#5#", "#6#", "#7#", "#8#", "#9#"];
    const ledger = createLedger(Object.fromEntries(ids.map((id) => [id, healthy])));
    const answered = Promise.withResolvers<void>();
    const deps: ConfirmCdpsDeps = {
      ...ledger.deps,
      valueCdps: by(async (asked, s) => {
        const answer = await ledger.preview(asked, s);
        if (asked.includes("#9#")) await answered.promise;
        if (asked.includes("#1#")) answered.resolve();
        return answer;
      }),
    };
    await confirmCdps(
      ids.map((id, index) => suspect(id, String(index + 1))),
      deps,
      signal,
    );
    expect(ledger.told).toEqual([
      ["#9#", "#8#", "#7#", "#6#"],
      ["#5#", "#4#", "#3#", "#2#"],
      ["#1#"],
    ]);
  });

  it("tells of no group behind one that the Gateway did not answer", async () => {
    const ids = ["#1#", "#2#", "#3#", "#4#", "#5#"];
    const ledger = createLedger(Object.fromEntries(ids.map((id) => [id, healthy])));
    const outage = new AppError("gateway_unavailable", "502", { disposition: "retry" });
    const deps: ConfirmCdpsDeps = {
      ...ledger.deps,
      valueCdps: by((asked, s) =>
        asked.includes("#5#") ? Promise.reject(outage) : ledger.preview(asked, s),
      ),
    };
    const suspects = ids.map((id, index) => suspect(id, String(index + 1)));
    await expect(confirmCdps(suspects, deps, signal)).rejects.toBe(outage);
    expect(ledger.told).toEqual([]);
  });

  it("finds the one CDP that spoils a preview, and confirms the others", async () => {
    const ids = ["#1#", "#2#", "#3#", "#4#"];
    const ledger = createLedger(Object.fromEntries(ids.map((id) => [id, healthy])), ["#3#"]);
    const found = await confirmCdps(
      ids.map((id) => suspect(id)),
      ledger.deps,
      signal,
    );
    expect(found.map(({ id, kind }) => [id, kind])).toEqual([
      ["#1#", "scanned"],
      ["#2#", "scanned"],
      ["#3#", "unconfirmed"],
      ["#4#", "scanned"],
    ]);
    expect(ledger.asked).toEqual([
      ["#1#", "#2#", "#3#", "#4#"],
      ["#1#", "#2#"],
      ["#3#", "#4#"],
      ["#3#"],
      ["#4#"],
    ]);
  });

  it("says what the ledger said of a CDP it could not value", async () => {
    const ledger = createLedger({}, ["#1#"]);
    const found = await confirmCdps([suspect("#1#")], ledger.deps, signal);
    expect(found).toMatchObject([{ kind: "unconfirmed", detail: "get_cdp failed: no price" }]);
  });

  it.each([
    ["liquidatable", ledgerHealth("90", "100", "1.1")],
    ["healthy", ledgerHealth("90", "100", "0.5")],
    ["bad debt", ledgerHealth("90", "1", "112")],
  ])("believes no %s that rests on a suspect price", async (_verdict, health) => {
    const ledger = createLedger({ "#1#": health });
    const deps = { ...ledger.deps, findDoubt: () => "price of ETH" };
    const found = await confirmCdps([suspect("#1#")], deps, signal);
    expect(found).toMatchObject([{ kind: "unverified", detail: "price of ETH" }]);
  });

  it("needs no price to see that nothing is owed", async () => {
    const ledger = createLedger({ "#1#": ledgerHealth("0", "100", "0") });
    const deps = { ...ledger.deps, findDoubt: () => "price of ETH" };
    const found = await confirmCdps([suspect("#1#")], deps, signal);
    expect(found).toMatchObject([{ kind: "scanned", verdict: "no_debt" }]);
  });

  it("leaves a CDP unconfirmed that the answer leaves out", async () => {
    const ledger = createLedger({ "#1#": healthy });
    const found = await confirmCdps([suspect("#1#"), suspect("#2#")], ledger.deps, signal);
    expect(found.map(({ kind }) => kind)).toEqual(["scanned", "unconfirmed"]);
  });

  const gatewayTimeout = (askForLess: boolean) =>
    new GatewayError({
      ...{ code: "gateway_timeout", endpoint: "/transaction/preview", message: "HTTP 524" },
      ...{ status: 524, detailsType: null, askForLess },
    });

  it("asks in halves for what took the Gateway too long, and confirms all", async () => {
    const ids = ["#1#", "#2#", "#3#", "#4#"];
    const ledger = createLedger(Object.fromEntries(ids.map((id) => [id, healthy])));
    const deps: ConfirmCdpsDeps = {
      ...ledger.deps,
      valueCdps: by((asked, s) =>
        asked.length > 2 ? Promise.reject(gatewayTimeout(true)) : ledger.preview(asked, s),
      ),
    };
    const found = await confirmCdps(
      ids.map((id) => suspect(id)),
      deps,
      signal,
    );
    expect(found.map(({ id, kind }) => [id, kind])).toEqual(ids.map((id) => [id, "scanned"]));
    expect(ledger.asked).toEqual([
      ["#1#", "#2#"],
      ["#3#", "#4#"],
    ]);
  });

  it.each([
    ["one CDP that took the Gateway too long", ["#1#"], true],
    ["a time-out that is not the request's", ["#1#", "#2#"], false],
  ])("blames no CDP for %s", async (_title, ids, askForLess) => {
    const timeout = gatewayTimeout(askForLess);
    const deps = { ...createLedger({}).deps, valueCdps: by(() => Promise.reject(timeout)) };
    const suspects = ids.map((id) => suspect(id));
    await expect(confirmCdps(suspects, deps, signal)).rejects.toBe(timeout);
  });

  it("does not ask again in halves when the Gateway is what failed", async () => {
    const outage = new AppError("gateway_rate_limited", "429", { disposition: "retry" });
    const asked: unknown[] = [];
    const deps: ConfirmCdpsDeps = {
      ...createLedger({}).deps,
      valueCdps: by((ids) => {
        asked.push(ids);
        return Promise.reject(outage);
      }),
    };
    const confirming = confirmCdps([suspect("#1#"), suspect("#2#")], deps, signal);
    await expect(confirming).rejects.toBe(outage);
    expect(asked).toEqual([["#1#", "#2#"]]);
  });
});
