import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, test } from "vitest";
import { createLedger } from "../src/simulator/ledger/ledger.ts";
import type { SimulatedLedger } from "../src/simulator/ledger/types.ts";
import { createSimulatorServer } from "../src/simulator/server.ts";
import { swapPoolsOf } from "../src/start/swap-pools.ts";
import { endAll, runToEnd } from "./processes.ts";

const OPERATOR = fileURLToPath(new URL("../../apps/operator/src/main.ts", import.meta.url));
const REHEARSE = fileURLToPath(new URL("../src/rehearse/main.ts", import.meta.url));
const ACCOUNT = "account_sim12yyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgnjnm68";
const CDPS = 60;

const open: FastifyInstance[] = [];
afterEach(async () => {
  await endAll();
  await Promise.all(open.splice(0).map((server) => server.close()));
});

interface Rehearsed {
  readonly failed: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly positions: readonly {
    readonly cdpId: string;
    readonly verdict: string;
    readonly detail: string;
    readonly plan: { readonly funding: string } | null;
  }[];
  readonly treasury: readonly { readonly resource: string; readonly lacksForAll: string }[];
}

interface Scene {
  readonly underWater: boolean;
  /** Symbols of the assets that the account has plenty of; XRD beside them. */
  readonly funded: (symbols: readonly string[]) => readonly string[];
  readonly prepare?: (ledger: SimulatedLedger) => void;
  readonly variables?: (ledger: SimulatedLedger) => Readonly<Record<string, string>>;
}

/** Runs the operator's program against a simulated ledger, and says what that was asked. */
async function rehearse({ underWater, funded, prepare, variables }: Scene) {
  const ledger = createLedger({
    ...{ cdps: CDPS, seed: 1, commitDelayMs: 0, wallNowMs: Date.now, underWater },
  });
  const { addresses } = ledger;
  const assets = funded(Object.keys(addresses.resources).filter((symbol) => symbol !== "XRD"));
  const resources = [addresses.xrd, ...assets.map((symbol) => `${addresses.resources[symbol]}`)];
  ledger.fund(ACCOUNT, Object.fromEntries(resources.map((resource) => [resource, "1000000000"])));
  prepare?.(ledger);
  const server = createSimulatorServer({ ledger, seed: 1 });
  open.push(server);
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const ended = await runToEnd({
    args: [OPERATOR, "rehearse", "--json"],
    env: {
      NETWORK: "simulator",
      GATEWAY_URLS: url,
      LENDING_MARKET: addresses.lendingMarket,
      LENDING_POOL: addresses.lendingPool,
      CDP_RESOURCE: addresses.cdpResource,
      SIGNER_ACCOUNT: ACCOUNT,
      SWAP_POOLS: swapPoolsOf(addresses),
      GATEWAY_REQUESTS_PER_SECOND: "10000",
      ...variables?.(ledger),
    },
  });
  const counted = await (await fetch(`${url}/control/requests`)).json();
  const { byPath: requests } = counted as { readonly byPath: Readonly<Record<string, number>> };
  return { ...ended, ledger, requests, answer: JSON.parse(ended.stdout) as Rehearsed };
}

const everything: Scene["funded"] = (symbols) => symbols;
const nothing: Scene["funded"] = () => [];

describe("a rehearsal", () => {
  test("without arguments takes a book of its own under water, liquidates it by preview, and ends with 0", async () => {
    const ended = await runToEnd({ args: [REHEARSE, "--cdps", "60", "--json"] });
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    const { counts, verdicts, positions } = JSON.parse(ended.stdout) as Rehearsed;
    expect(Object.keys(verdicts).sort()).toEqual(["bad_debt", "would_liquidate"]);
    expect(positions).toHaveLength(counts.owing ?? 0);
    const ways = new Set(positions.map(({ plan }) => plan?.funding).filter(Boolean));
    expect([...ways].sort()).toEqual(["flash_redeem", "flash_swap", "inventory", "nft"]);
  });

  test("says for people what it came to", async () => {
    const ended = await runToEnd({ args: [REHEARSE, "--cdps", "40", "--limit", "5"] });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^rehearsed 5 of \d+ CDPs that owe something \(40 minted/);
    expect(ended.stdout).toMatch(/\nPASS\n$/);
  });

  test("of a healthy book expects to be refused, after every payment worked by itself; and sends nothing", async () => {
    const { code, answer, requests } = await rehearse({ underWater: false, funded: everything });
    expect(code).toBe(0);
    expect(answer.verdicts.refused_healthy).toBeGreaterThan(40);
    expect(Object.keys(answer.verdicts).filter((v) => v !== "refused_healthy")).toEqual([
      "bad_debt",
    ]);
    expect(
      Object.keys(requests)
        .filter((path) => !path.startsWith("/state/"))
        .sort(),
    ).toEqual(["/transaction/construction", "/transaction/preview"]);
  });

  test("of a healthy book cannot try a flash loan by itself whose fee the account has nothing to pay with", async () => {
    const { code, answer } = await rehearse({ underWater: false, funded: nothing });
    const { refused_unproven = 0, refused_healthy = 0, ...others } = answer.verdicts;
    expect(refused_unproven).toBeGreaterThan(0);
    expect(refused_healthy).toBeGreaterThan(0);
    // And nobody lends for an NFT.
    expect(others).toEqual({ bad_debt: 1, treasury_short: 1 });
    expect(code).toBe(1);
  });

  test("fails when an asset is neither in the account nor to be borrowed, and says how much is lacking", async () => {
    const { code, answer, ledger } = await rehearse({
      underWater: true,
      funded: (symbols) => symbols.filter((symbol) => symbol !== "xUSDC"),
      variables: () => ({ FLASH_LOANS: "false" }),
    });
    const xUsdc = `${ledger.addresses.resources.xUSDC}`;
    expect(code).toBe(1);
    expect(answer.failed).toBe(true);
    const short = answer.positions.filter(({ verdict }) => verdict === "treasury_short");
    expect(short.length).toBeGreaterThan(0);
    expect(new Set(short.map(({ detail }) => detail))).toEqual(
      new Set([`too little of ${xUsdc}: 0 to spend, and flash loans are off (FLASH_LOANS)`]),
    );
    expect(answer.treasury[0]?.resource).toBe(xUsdc);
    expect(Number(answer.treasury[0]?.lacksForAll)).toBeGreaterThan(0);
  });

  test("names what the market has switched off and what it has no price for, and fails for neither", async () => {
    const { code, answer, ledger } = await rehearse({
      underWater: true,
      funded: everything,
      prepare: ({ addresses, ...ledger }) => {
        ledger.setServicesOff([`RepayForLiquidation/${addresses.resources.xUSDC}`]);
        ledger.removePrices([`${addresses.resources.xETH}`]);
      },
    });
    expect(ledger.servicesOff()).toHaveLength(1);
    expect(code).toBe(0);
    expect(answer.verdicts.switched_off).toBeGreaterThan(0);
    expect(answer.verdicts.unpriced).toBeGreaterThan(0);
  });

  test("without an account plans only, and asks for no preview but that of health", async () => {
    const { code, answer, requests } = await rehearse({
      underWater: true,
      funded: nothing,
      variables: () => ({ SIGNER_ACCOUNT: "" }),
    });
    expect(code).toBe(0);
    expect(answer.verdicts.planned).toBeGreaterThan(40);
    expect(requests["/transaction/preview"]).toBe(Math.ceil((answer.counts.owing ?? 0) / 10));
  });
});
