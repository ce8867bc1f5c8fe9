import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ADDRESSES, RESOURCE_ENTRIES } from "./addresses.ts";
import { createLedger } from "./ledger.ts";
import type { SborNode, SimulatedLedger } from "./types.ts";

const START_MS = 1_800_000_000_000;

describe("a book drawn from a seed", () => {
  it("is the same book for the same seed and size, and another for another seed", () => {
    const first = fingerprint(ledgerOf(300, 7));
    expect(fingerprint(ledgerOf(300, 7))).toBe(first);
    expect(fingerprint(ledgerOf(300, 8))).not.toBe(first);
  });

  it("has burned, idle and lost CDPs, and nobody else over the line", () => {
    const { cdps, overLine, imbalances, wronglyTouched } = ledgerOf(1_138, 1).audit();
    expect(cdps).toEqual({ minted: 1_138, live: 1_102, burned: 36 });
    expect(overLine).toHaveLength(9);
    expect(overLine.every(({ badDebt }) => badDebt)).toBe(true);
    expect(imbalances).toEqual([]);
    expect(wronglyTouched).toEqual([]);
  });

  it("puts one in twelve over the line when XRD loses a quarter", () => {
    const ledger = ledgerOf(1_138, 1);
    ledger.crash("0.25");
    const over = ledger.audit().overLine.filter(({ badDebt }) => !badDebt);
    expect(over).toHaveLength(92);
    const ratios = over.map(({ liquidationLtv }) => Number(liquidationLtv));
    expect(ratios.filter((ratio) => ratio > 1.1).length).toBeGreaterThan(20);
    expect(Math.max(...ratios)).toBeLessThan(1.4);
  });

  it("has amounts that its resources can be split into, at most eight positions, and every mode", () => {
    const ledger = ledgerOf(1_138, 1);
    const modes = new Set<string>();
    for (const data of liveData(ledger)) {
      const collaterals = field(data, "collaterals").entries ?? [];
      const loans = field(data, "loans").entries ?? [];
      expect(collaterals.length + loans.length).toBeLessThanOrEqual(8);
      for (const { key, value } of collaterals) {
        const places = String(field(value, "amount").value).split(".")[1]?.length ?? 0;
        const divisibility = RESOURCE_ENTRIES.get(String(key.value))?.asset.divisibility ?? -1;
        expect(places).toBeLessThanOrEqual(divisibility);
        const mode = field(field(value, "config_version"), "efficiency_mode");
        modes.add(`${mode.variant_name}${mode.fields?.[0]?.value ?? ""}`);
      }
    }
    expect([...modes].toSorted()).toEqual([
      "EfficiencyGroup1",
      "EfficiencyGroup2",
      "IdenticalResource",
      "None",
    ]);
  });
});

describe("prices of the simulated market", () => {
  it("rise for all that is not the quote when the quote crashes", () => {
    const ledger = ledgerOf(10, 1);
    const { resources } = ledger.addresses;
    ledger.crash("0.25");
    const prices = ledger.prices();
    expect(prices[resources.XRD as string]).toBe("1");
    expect(prices[resources.LSULP as string]).toBe("1.15047434827771029");
    expect(prices[resources.xUSDC as string]).toBe("300.760287137468642278");
    expect(prices[resources.xETH as string]).toBe("1146881.611790697176551183");
  });

  it("are each a newer observation by another transaction", () => {
    const ledger = ledgerOf(10, 1);
    const store = storeOf(ledger, "price_cache");
    const before = ledger.keyValueEntries(store, ledger.head().stateVersion);
    const { stateVersion } = ledger.setPrices({ [ledger.addresses.xrd]: "1" });
    const after = ledger.keyValueEntries(store, stateVersion);
    expect(after?.filter((entry) => entry.lastUpdatedAtStateVersion === stateVersion)).toHaveLength(
      1,
    );
    const [old, now] = [before, after].map((entries) => {
      const entry = entries?.find(({ key }) => key.value === ledger.addresses.xrd);
      return {
        seconds: Number(field(entry?.value, "timestamp").value),
        hash: field(entry?.value, "transaction_hash").hex,
      };
    });
    expect(now?.seconds).toBeGreaterThan(old?.seconds ?? Number.NaN);
    expect(now?.hash).not.toBe(old?.hash);
  });

  it.each([
    [{ resource_sim1nothing: "1" }, "has no price of its own"],
    [{ XRD: "-1" }, "has no price of its own"],
    [{ [ADDRESSES.xrd]: "-1" }, "is not a price"],
    [{ [ADDRESSES.xrd]: "1.01" }, "XRD is what prices are told in"],
  ])("refuses %o", (prices, message) => {
    expect(() => ledgerOf(10, 1).setPrices(prices)).toThrow(message);
  });
});

function ledgerOf(cdps: number, seed: number): SimulatedLedger {
  return createLedger({ cdps, seed, commitDelayMs: 0, wallNowMs: () => START_MS });
}

function liveData(ledger: SimulatedLedger): SborNode[] {
  const { stateVersion } = ledger.head();
  return Array.from({ length: ledger.mintedCount(stateVersion) }, (_, position) =>
    ledger.nonFungible(ledger.mintedId(position), stateVersion),
  ).flatMap((read) => (read.kind === "live" ? [read.data] : []));
}

function fingerprint(ledger: SimulatedLedger): string {
  const stores = ["price_cache", "collateral_config_manager"].map((name) =>
    ledger.keyValueEntries(storeOf(ledger, name), ledger.head().stateVersion),
  );
  return createHash("sha256")
    .update(JSON.stringify([ledger.addresses, liveData(ledger), stores]))
    .digest("hex");
}

function storeOf(ledger: SimulatedLedger, name: string): string {
  const { lendingMarket } = ledger.addresses;
  const node = field(ledger.componentState(lendingMarket, ledger.head().stateVersion), name);
  return String(node.value ?? field(node, "entries").value);
}

function field(node: SborNode | undefined, name: string): SborNode {
  const found = node?.fields?.find(({ field_name }) => field_name === name);
  if (found === undefined) {
    throw new Error(`no field ${name}`);
  }
  return found;
}
