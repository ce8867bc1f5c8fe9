import type { Outcome } from "@weft/messages";
import {
  floorToDivisibility,
  formatDecimal,
  type LiquidationPlan,
  mulDecimal,
  parseDecimal,
} from "@weft/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createTestWallet,
  liquidationManifest,
} from "../../../local/src/simulator/ledger/test-wallet.ts";
import type { LedgerBehaviour } from "../../../local/src/simulator/ledger/types.ts";
import type { Adapters } from "../src/adapters.ts";
import { type LiquidatorWorld, messageOf, startLiquidatorWorld } from "./liquidator-world.ts";

const { signal } = new AbortController();
const TEST_TIMEOUT_MS = 60_000;

let world: LiquidatorWorld;

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});

afterEach(() => world.stop());

const start = async (
  behaviour: Partial<LedgerBehaviour>,
  options: Parameters<typeof startLiquidatorWorld>[0] = {},
) => {
  world = await startLiquidatorWorld(options);
  Object.assign(world.ledger.behaviour, behaviour);
};

/** Works one candidate, with something that happens between each signature and the ledger, knowing the plan. */
async function work(
  cdpId: string,
  happens: (plan: LiquidationPlan) => Promise<void>,
): Promise<readonly Outcome[]> {
  let planned: LiquidationPlan | undefined;
  const { handle } = world.liquidator("worker", ({ gateway, treasurer }: Adapters) => {
    if (treasurer === null) throw new Error("no treasurer to watch");
    return {
      treasurer: {
        ...treasurer,
        reserve: (request, s) => {
          planned = request.plan;
          return treasurer.reserve(request, s);
        },
      },
      gateway: {
        ...gateway,
        submit: async (payloadHex, s) => {
          if (planned !== undefined) await happens(planned);
          return gateway.submit(payloadHex, s);
        },
      },
    };
  });
  await handle(messageOf(world.candidate(cdpId)), signal);
  return world.outcomes(cdpId);
}

/** Of our own account: nothing ended at a loss, and nothing went astray. */
function expectNoLoss(outcomes: readonly Outcome[]): void {
  const { liquidations, imbalances, wronglyTouched, unfinalTogether } = world.ledger.audit();
  expect({ imbalances, wronglyTouched, unfinalTogether }).toEqual({
    ...{ imbalances: [], wronglyTouched: [], unfinalTogether: [] },
  });
  const ours = new Set(outcomes.map(({ transaction }) => transaction?.intentHash));
  const profits = liquidations.filter(({ intentHash }) => ours.has(intentHash));
  expect(profits.filter(({ profitXrd }) => profitXrd.startsWith("-"))).toEqual([]);
}

describe("a payment that another liquidator has made too large in the meantime costs its fee alone", () => {
  /** Repays a fifth of what we planned to, of the very loan. */
  const rival = async (cdpId: string) => {
    const wallet = await createTestWallet();
    const { ledger } = world;
    const xrd = ledger.addresses.xrd;
    return async (plan: LiquidationPlan) => {
      if (plan.funding !== "inventory") throw new Error("planned otherwise");
      const { resource, amount } = plan.repay;
      ledger.fund(wallet.account, { [xrd]: "1000", [resource]: "1000000000" });
      const fifth = mulDecimal(amount, parseDecimal("0.2"));
      const payment = { resource, amount: formatDecimal(floorToDivisibility(fifth, 6)) };
      const seize = plan.seize.map((one) => one.resource);
      const manifest = liquidationManifest({ account: wallet.account, cdpId, payment, seize });
      const { hex } = await wallet.sign({ manifest, startEpoch: ledger.head().epoch });
      await ledger.submit(hex);
      ledger.head();
    };
  };

  /** Of the hundred and twenty CDPs these are paid for in other ways. */
  const SPECIAL = new Set(["#30#", "#60#", "#90#"]);
  /** Far enough that the rival leaves it over the line. */
  const farthestOver = () => {
    const { overLine } = world.ledger.audit();
    const worth = overLine.filter(({ cdpId, badDebt }) => !badDebt && !SPECIAL.has(cdpId));
    const [first] = worth.toSorted((a, b) => Number(b.liquidationLtv) - Number(a.liquidationLtv));
    return first?.cdpId ?? "";
  };

  test.each<readonly [LedgerBehaviour["excessPayment"], RegExp]>([
    ["returned", /WORKTOP|assert/i],
    ["rejected", /exceeds what may be repaid/],
  ])(
    "where the ledger has it %s",
    async (excessPayment, why) => {
      await start({ excessPayment });
      const cdpId = farthestOver();
      const [outcome, ...more] = await work(cdpId, await rival(cdpId));
      expect(more).toEqual([]);
      expect(outcome).toMatchObject({ ending: "failed_on_ledger", paid: [], seized: [] });
      expect(outcome?.detail).toMatch(why);
      const { liquidations, commits, feesXrd } = world.ledger.audit();
      expect(liquidations).toHaveLength(1);
      expect(commits).toEqual({ success: 1, failure: 1 });
      expect(Number(outcome?.transaction?.feeXrd)).toBeLessThan(Number(feesXrd));
      expectNoLoss(outcome === undefined ? [] : [outcome]);
    },
    TEST_TIMEOUT_MS,
  );
});

describe("when the first of several collaterals loses a third of its price in the meantime, and is the largest no more", () => {
  test.each<readonly [string, LedgerBehaviour["seizureOrder"], Outcome["ending"]]>([
    ["in the order asked for takes more of the second, and no loss", "as_requested", "liquidated"],
    ["the largest first trips the guard", "largest_first", "failed_on_ledger"],
  ])(
    "a ledger that seizes %s",
    async (_how, seizureOrder, ending) => {
      await start({ seizureOrder }, { cdps: 160, underWater: true });
      const seen: Outcome[] = [];
      for (const cdpId of world.overLine()) {
        let isStruck = false;
        const [first] = await work(cdpId, async (plan) => {
          if (isStruck || plan.funding !== "inventory") return;
          const [asset, ...others] = plan.seize.map(({ resource }) => resource);
          const price = world.ledger.prices()[asset ?? ""];
          if (others.length === 0 || price === undefined || asset === world.ledger.addresses.xrd) {
            return;
          }
          isStruck = true;
          world.ledger.setPrices({ [asset ?? ""]: (Number(price) * 0.65).toFixed(6) });
        });
        if (isStruck && first !== undefined) {
          seen.push(first);
          break;
        }
      }
      expect(seen.map((outcome) => outcome.ending)).toEqual([ending]);
      expectNoLoss(seen);
    },
    TEST_TIMEOUT_MS,
  );
});

describe("a CDP of which so little is left that the best plan earns less than the fee", () => {
  /** After some liquidations the best plan earns 0.13 XRD before a fee of 0.57. */
  const SMALL = "#85#";

  test.each<readonly [allowed: string, last: Outcome["ending"], losses: number]>([
    ["0", "unprofitable", 0],
    ["0.3", "unprofitable", 0],
    // What is left of it then is next to nothing.
    ["0.5", "bad_debt", 1],
  ])(
    "with %s XRD that may be lost ends as %s, with %i losses, and never loses more",
    async (allowed, last, losses) => {
      const variables = ({ dexPools, resources, xrd }: LiquidatorWorld["ledger"]["addresses"]) => ({
        SWAP_POOLS: Object.entries(dexPools)
          .map(([symbol, component]) => `${component}=${resources[symbol]}/${xrd}`)
          .join(","),
        INVENTORY_KEEP: `${resources.hUSDT}=1000000000000`,
        ALLOW_LOSS_XRD: allowed,
      });
      await start({}, { cdps: 700, variables });
      const outcomes = await work(SMALL, async () => {});
      expect(outcomes.at(-1)?.ending).toBe(last);
      const { liquidations, commits } = world.ledger.audit();
      expect(commits.failure).toBe(0);
      expect(liquidations.map(({ profitXrd }) => profitXrd)).toEqual(
        outcomes.filter(({ ending }) => ending === "liquidated").map(({ profitXrd }) => profitXrd),
      );
      const lost = liquidations.filter(({ profitXrd }) => profitXrd.startsWith("-"));
      expect(lost).toHaveLength(losses);
      for (const { profitXrd } of lost) {
        expect(parseDecimal(profitXrd)).toBeGreaterThanOrEqual(-parseDecimal(allowed));
      }
    },
    TEST_TIMEOUT_MS,
  );
});
