import type { Outcome } from "@weft/messages";
import { type LiquidationPlan, parseDecimal } from "@weft/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LedgerBehaviour } from "../../../local/src/simulator/ledger/types.ts";
import type { Adapters } from "../src/adapters.ts";
import { type LiquidatorWorld, messageOf, startLiquidatorWorld } from "./liquidator-world.ts";

const { signal } = new AbortController();
const TEST_TIMEOUT_MS = 60_000;
/** Of the hundred and twenty CDPs these are there to be paid for in their own way. */
const CDPS = { flash_swap: "#30#", flash_redeem: "#60#", nft: "#90#" } as const;
const KINDS = ["inventory", "flash_redeem", "flash_swap", "nft"] as const;
type Kind = (typeof KINDS)[number];

let world: LiquidatorWorld;

beforeEach(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  world = await startLiquidatorWorld({
    variables: ({ dexPools, resources, xrd }) => ({
      SWAP_POOLS: Object.entries(dexPools)
        .map(([symbol, component]) => `${component}=${resources[symbol]}/${xrd}`)
        .join(","),
      // None of what two of the CDPs owe may be spent.
      INVENTORY_KEEP: `${resources.hUSDT}=1000000000000`,
    }),
  });
});

afterEach(() => world.stop());

/** The CDP of a kind; out of the inventory, the largest that owes nothing that may not be spent. */
function cdpOf(kind: Kind): string {
  if (kind !== "inventory") return CDPS[kind];
  const special = new Set<string>(Object.values(CDPS));
  const { hUSDT = "" } = world.ledger.addresses.resources;
  const [largest] = world.overLine().filter((id) => !special.has(id) && !owes(id, hUSDT));
  return largest ?? "";
}

function owes(cdpId: string, asset: string): boolean {
  const read = world.ledger.nonFungible(cdpId, world.ledger.head().stateVersion);
  const fields = read.kind === "live" ? read.data.fields : [];
  const loans = fields?.find(({ field_name }) => field_name === "loans");
  return loans?.entries?.some(({ key }) => key.value === asset) ?? false;
}

/** Works one candidate to its end. */
async function work(
  cdpId: string,
  change?: (adapters: Adapters) => Partial<Adapters>,
): Promise<readonly Outcome[]> {
  const { handle } = world.liquidator("worker", change);
  await handle(messageOf(world.candidate(cdpId)), signal);
  return world.outcomes(cdpId);
}

/** Something happens between the signature and the ledger. */
const beforeSubmit =
  (happen: () => void) =>
  ({ gateway }: Adapters): Partial<Adapters> => ({
    gateway: new Proxy(gateway, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name !== "submit" || typeof member !== "function") return member;
        return (...args: unknown[]) => {
          happen();
          return member.apply(target, args);
        };
      },
    }),
  });

function expectNoLoss(): void {
  const { liquidations, imbalances, wronglyTouched, unfinalTogether } = world.ledger.audit();
  expect({ imbalances, wronglyTouched, unfinalTogether }).toEqual({
    imbalances: [],
    wronglyTouched: [],
    unfinalTogether: [],
  });
  expect(liquidations.filter(({ profitXrd }) => profitXrd.startsWith("-"))).toEqual([]);
}

test(
  "each way to pay commits in the ledger, and its record says what the ledger says, to the last digit",
  async () => {
    for (const kind of KINDS) {
      const cdpId = cdpOf(kind);
      const [first] = await work(cdpId);
      const [commit] = world.ledger.audit().liquidations.filter((one) => one.cdpId === cdpId);
      expect(first, kind).toMatchObject({
        ending: "liquidated",
        funding: kind,
        profitXrd: commit?.profitXrd,
        paid: commit?.paid,
        seized: commit?.seized,
        seizedNfts: commit?.seizedNft ? [commit.seizedNft] : [],
      });
      expect(commit, kind).toMatchObject({
        flashLent: kind.startsWith("flash"),
        swaps: kind === "flash_swap" ? 1 : 0,
      });
    }
    expectNoLoss();
    expect(await world.held()).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

test(
  "the ledger never brings less than was planned, and no more than a rounding where nothing is swapped",
  async () => {
    const plans = new Map<string, LiquidationPlan>();
    const watching = ({ treasurer }: Adapters): Partial<Adapters> => {
      if (treasurer === null) throw new Error("no treasurer to watch");
      const reserve: typeof treasurer.reserve = (request, s) => {
        plans.set(`${request.cdpId} ${request.attempt}`, request.plan);
        return treasurer.reserve(request, s);
      };
      return { treasurer: { ...treasurer, reserve } };
    };
    const cdpIds = world.overLine();
    for (const cdpId of cdpIds) await work(cdpId, watching);
    const outcomes = (await Promise.all(cdpIds.map((id) => world.outcomes(id)))).flat();
    const seen = new Set<string>();
    for (const { cdpId, attempt, ending, funding, profitXrd, transaction } of outcomes) {
      if (ending !== "liquidated") continue;
      const planned = plans.get(`${cdpId} ${attempt}`);
      const earned =
        parseDecimal(profitXrd ?? "") +
        parseDecimal(transaction?.feeXrd ?? "") -
        (planned?.profitXrd ?? 0n);
      seen.add(String(funding));
      // A unit of the last digit of the dearest asset, 10^-8 of a bitcoin, is a quarter of an XRD: rounding may cost two.
      expect(earned, `${cdpId} ${attempt} ${funding}`).toBeGreaterThanOrEqual(-1_000_000n);
      if (funding !== "flash_swap") expect(earned).toBeLessThan(parseDecimal("1"));
    }
    expect([...seen].toSorted()).toEqual(KINDS.toSorted());
  },
  TEST_TIMEOUT_MS,
);

describe("under every switch of the ledger no liquidation ends at a loss", () => {
  test.each<readonly [string, Partial<LedgerBehaviour>, readonly Kind[]]>([
    ["payments in excess refused", { excessPayment: "rejected" }, KINDS],
    ["the largest collateral seized first", { seizureOrder: "largest_first" }, KINDS],
    ["no dust left behind", { dust: "refused" }, KINDS],
    ["the fee of an NFT within its compensation", { nftFee: "included" }, KINDS],
    ["the close factor for NFTs too", { nftCloseFactor: "applied" }, KINDS],
    ["interest not yet written", { interest: "pending" }, KINDS],
    ["values cut once", { rounding: "once" }, KINDS],
    ["the line itself over the line", { line: "at" }, KINDS],
    ["no ratio of a debt without collateral", { emptyRatio: "fails" }, KINDS],
    ["a spread as wide as planned for", { dexSpread: "0.02" }, KINDS],
    ["a spread of a third", { dexSpread: "0.33" }, ["inventory", "flash_redeem", "nft"]],
    ["next to nothing to swap with", { dexDepthXrd: "100" }, ["inventory", "flash_redeem", "nft"]],
  ])(
    "%s",
    async (_name, behaviour, paid) => {
      Object.assign(world.ledger.behaviour, behaviour);
      const liquidated: Kind[] = [];
      for (const kind of KINDS) {
        const outcomes = await work(cdpOf(kind));
        if (outcomes.some(({ ending }) => ending === "liquidated")) liquidated.push(kind);
      }
      expectNoLoss();
      expect(liquidated).toEqual(paid);
      expect(world.ledger.audit().commits.failure).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );
});

describe("what changes between preview and commit trips the guard, and costs the fee alone", () => {
  const fall = (symbol: string, factor: number) => {
    const { ledger } = world;
    const asset = ledger.addresses.resources[symbol] ?? "";
    const price = (Number(ledger.prices()[asset]) * factor).toFixed(6);
    ledger.setPrices({ [asset]: price });
  };
  const happenings: readonly (readonly [string, Kind, () => void])[] = [
    ["the asset owed falls, and less is seized for it", "inventory", () => fallOfDebt()],
    ["the spread widens", "flash_swap", () => widen("0.3")],
    ["the spread takes a bit more than planned", "flash_swap", () => widen("0.045")],
    ["the debt falls, and the NFT costs more XRD", "nft", () => fall("xUSDC", 0.97)],
  ];
  const widen = (dexSpread: string) => void Object.assign(world.ledger.behaviour, { dexSpread });
  const fallOfDebt = () => {
    for (const symbol of Object.keys(world.ledger.addresses.resources)) {
      if (symbol !== "XRD" && symbol !== "LSULP") fall(symbol, 0.97);
    }
  };

  test.each(happenings)(
    "%s",
    async (_name, kind, happen) => {
      const cdpId = cdpOf(kind);
      const [outcome] = await work(cdpId, beforeSubmit(happen));
      expect(outcome).toMatchObject({ ending: "failed_on_ledger", funding: kind, paid: [] });
      const { liquidations, commits, feesXrd, imbalances } = world.ledger.audit();
      expect({ liquidations, commits, imbalances }).toEqual({
        liquidations: [],
        commits: { success: 0, failure: 1 },
        imbalances: [],
      });
      expect(outcome?.transaction?.feeXrd).toBe(feesXrd);
    },
    TEST_TIMEOUT_MS,
  );
});

test(
  "what the market has switched off is seen at once or refused by preview, and costs nothing",
  async () => {
    world.setServices(["RepayForLiquidation/Global", "RepayForNFTLiquidation/Global"]);
    for (const kind of KINDS) {
      const [outcome] = await work(cdpOf(kind));
      expect(outcome, kind).toMatchObject({ ending: "rejected", transaction: null });
    }
    expect(world.ledger.audit().commits).toEqual({ success: 0, failure: 0 });
  },
  TEST_TIMEOUT_MS,
);
