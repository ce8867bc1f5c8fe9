import { RadixEngineToolkit } from "@radixdlt/radix-engine-toolkit";
import { describe, expect, it } from "vitest";
import { STORES } from "./addresses.ts";
import { createLedger } from "./ledger.ts";
import type { SborNode } from "./types.ts";

const ledger = createLedger({
  cdps: 100,
  seed: 1,
  commitDelayMs: 0,
  wallNowMs: () => 1_800_000_000_000,
});
const { stateVersion } = ledger.head();

describe("reading the ledger", () => {
  it("starts at the version the prices are from", () => {
    expect(stateVersion).toBe(370_965_851);
    expect(ledger.pointAtVersion(stateVersion - 1)).toBeUndefined();
  });

  it("shows nothing that the toolkit cannot encode", async () => {
    const nodes: SborNode[] = [];
    for (let position = 0; position < 100; position += 1) {
      const read = ledger.nonFungible(ledger.mintedId(position), stateVersion);
      nodes.push(...(read.kind === "live" ? [read.data] : []));
    }
    for (const store of Object.values(STORES)) {
      const entries = ledger.keyValueEntries(store, stateVersion) ?? [];
      nodes.push(...entries.flatMap(({ key, value }) => [key, value]));
    }
    const { lendingMarket, lendingPool } = ledger.addresses;
    for (const address of [lendingMarket, lendingPool]) {
      nodes.push(ledger.componentState(address, stateVersion) as SborNode);
    }
    const encoded = await Promise.all(
      nodes.map((node) => RadixEngineToolkit.ScryptoSbor.encodeProgrammaticJson(node)),
    );
    expect(encoded.length).toBeGreaterThan(200);
    expect(encoded.every((bytes) => bytes[0] === 0x5c)).toBe(true);
  });

  it("keeps a config manager's Current beside the History it came from", () => {
    const entries = ledger.keyValueEntries(STORES.collateralConfigs, stateVersion) ?? [];
    const versions = (key: string) =>
      entries
        .filter((entry) => entry.key.variant_name === key)
        .map(({ value }) => Number(value.fields?.find((f) => f.field_name === "version")?.value))
        .toSorted((a, b) => a - b);
    expect(versions("Current")).toEqual([14, 15, 16, 17, 18, 19, 20]);
    expect(versions("History")).toEqual(Array.from({ length: 21 }, (_, index) => index));
  });

  it("knows what it does not have", () => {
    expect(ledger.nonFungible("#101#", stateVersion)).toEqual({ kind: "unknown" });
    expect(ledger.componentState(ledger.addresses.xrd, stateVersion)).toBeUndefined();
    expect(ledger.keyValueEntries(ledger.addresses.xrd, stateVersion)).toBeUndefined();
    expect(ledger.fungibleDivisibility(ledger.addresses.cdpResource)).toBeUndefined();
    expect(ledger.fungibleDivisibility(ledger.addresses.depositUnits.xwBTC ?? "")).toBe(8);
  });
});
