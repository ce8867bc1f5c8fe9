import type { Balances, LedgerHead } from "@weft/ledger";
import { type LiquidationPlan, parseDecimal } from "@weft/protocol";
import type { HoldVerdict, ReserveRequest, SettleRequest, TreasuryBooks } from "@weft/store";
import { describe, expect, it } from "vitest";
import { createTreasurer } from "./treasurer.ts";

const signal = new AbortController().signal;
const XRD = "resource_sim1xrd";
const USD = "resource_sim1usd";
const NOW = Date.parse("2026-11-20T22:10:00Z");
const HOUR = Math.floor(NOW / 3_600_000);
const head: LedgerHead = { stateVersion: 1_000n, epoch: 100, round: 7, timestampMs: NOW };

const amounts = (figures: Record<string, string>) =>
  new Map(Object.entries(figures).map(([resource, text]) => [resource, parseDecimal(text)]));

const nothing: TreasuryBooks = {
  holds: [],
  left: new Map(),
  settledVersion: 0n,
  feesXrd: new Map(),
};

const holding = (cdpId: string, figures: Record<string, string>): TreasuryBooks => ({
  ...nothing,
  holds: [
    {
      cdpId,
      attempt: 0,
      fence: 1,
      amounts: amounts(figures),
      feeXrd: parseDecimal("10"),
      reservedAtMs: NOW,
    },
  ],
});

const planOf = (resource: string, amount: string): LiquidationPlan => ({
  kind: "plan",
  funding: "inventory",
  repay: { resource, amount: parseDecimal(amount), valueXrd: parseDecimal("1") },
  seize: [],
  profitXrd: parseDecimal("1"),
});

interface Script {
  readonly books?: TreasuryBooks;
  readonly answer?: HoldVerdict;
  readonly ceiling?: string;
  readonly keep?: Record<string, string>;
}

function setUp({
  books = nothing,
  answer = { kind: "reserved" },
  ceiling = "1000",
  keep = {},
}: Script = {}) {
  const events: string[] = [];
  const reserved: ReserveRequest[] = [];
  const settled: SettleRequest[] = [];
  const time = { nowMs: 0 };
  const balances: Balances = { head, amounts: amounts({ [XRD]: "100", [USD]: "50" }) };
  const treasurer = createTreasurer({
    reservations: {
      reserve: (request) => {
        reserved.push(request);
        return Promise.resolve({ ...answer, books });
      },
      settle: (request) => {
        settled.push(request);
        return Promise.resolve();
      },
      read: () => {
        events.push("books");
        return Promise.resolve(books);
      },
    },
    readBalances: () => {
      events.push("balances");
      return Promise.resolve(balances);
    },
    xrd: XRD,
    feeLockXrd: parseDecimal("10"),
    keep: amounts(keep),
    ceilingXrdPerHour: parseDecimal(ceiling),
    wallMs: () => NOW,
    nowMs: () => time.nowMs,
    observe: (held) => events.push(`observed ${held.size} balances`),
  });
  const reserve = async (plan: LiquidationPlan) => {
    const treasury = await treasurer.read(0n, signal);
    return treasurer.reserve({ cdpId: "#7#", attempt: 4, fence: 3, plan, treasury }, signal);
  };
  return { treasurer, reserve, events, reserved, settled, time };
}

describe("what may be planned with", () => {
  it("reads the books before the balance: what they hold no more, the balance knows of", async () => {
    const { treasurer, events } = setUp();
    await treasurer.read(0n, signal);
    expect(events).toEqual(["books", "balances", "observed 2 balances"]);
  });

  it("is read once for all who ask within 300 ms, and again after that", async () => {
    const { treasurer, events, time } = setUp();
    await Promise.all([treasurer.read(0n, signal), treasurer.read(1_000n, signal)]);
    time.nowMs = 300;
    await treasurer.read(0n, signal);
    expect(events.filter((event) => event === "balances")).toHaveLength(1);
    time.nowMs = 301;
    await treasurer.read(0n, signal);
    expect(events.filter((event) => event === "balances")).toHaveLength(2);
  });

  it("is read anew for whom a newer state is known already", async () => {
    const { treasurer, events } = setUp();
    await treasurer.read(0n, signal);
    await treasurer.read(1_001n, signal);
    expect(events.filter((event) => event === "balances")).toHaveLength(2);
  });

  it("goes by the books of the last reservation instead of reading them again", async () => {
    const { treasurer, reserve, events, time } = setUp();
    time.nowMs = 1_000;
    await reserve(planOf(USD, "5"));
    time.nowMs = 1_301;
    await reserve(planOf(USD, "5"));
    await treasurer.read(1_001n, signal);
    expect(events).toEqual([
      ...["books", "balances", "observed 2 balances"],
      ...["books", "balances", "observed 2 balances"],
      ...["balances", "observed 2 balances"],
    ]);
  });

  it("is the balance less what others are promised", async () => {
    const { treasurer } = setUp({ books: holding("#8#", { [USD]: "30", [XRD]: "10" }) });
    const { amounts: free } = treasurer.fundsFor("#7#", await treasurer.read(0n, signal));
    expect(free).toEqual(amounts({ [XRD]: "90", [USD]: "20" }));
  });

  it("includes what the CDP itself was promised before: its hold is made anew", async () => {
    const { treasurer } = setUp({ books: holding("#7#", { [USD]: "30", [XRD]: "10" }) });
    const { amounts: free } = treasurer.fundsFor("#7#", await treasurer.read(0n, signal));
    expect(free).toEqual(amounts({ [XRD]: "100", [USD]: "50" }));
  });

  it("is nothing while the balance does not know of our own last commit", async () => {
    const { treasurer } = setUp({ books: { ...nothing, settledVersion: 1_001n } });
    const treasury = await treasurer.read(0n, signal);
    expect(() => treasurer.fundsFor("#7#", treasury)).toThrow(
      expect.objectContaining({ code: "head_behind", disposition: "retry" }),
    );
  });

  it("is whatever the loans ask where there is no account", () => {
    const { treasurer } = setUp();
    const treasury = { head, amounts: null };
    expect(treasurer.fundsFor("#7#", treasury)).toEqual(treasury);
  });
});

describe("the ceiling of an hour", () => {
  const books = { ...holding("#8#", {}), feesXrd: new Map([[HOUR, parseDecimal("79.5")]]) };

  it.each([
    ["99.5", "planned"],
    ["99.499999999999999999", "refused"],
  ])("of %s, with 79.5 XRD paid, 10 locked and 10 more to lock: %s", async (ceiling, end) => {
    const { treasurer } = setUp({ books, ceiling });
    const treasury = await treasurer.read(0n, signal);
    const plan = () => (treasurer.fundsFor("#7#", treasury) ? "planned" : "");
    if (end === "planned") return expect(plan()).toBe("planned");
    expect(plan).toThrow(
      expect.objectContaining({
        code: "spend_ceiling",
        disposition: "retry",
        message:
          "fees of this hour: 79.5 XRD paid and 10 locked, of 99.499999999999999999 allowed; " +
          "nothing is signed until 2026-11-20T23:00:00.000Z",
      }),
    );
  });

  it("is also what a reservation may be refused for", async () => {
    const figures = { paidXrd: parseDecimal("990"), heldXrd: parseDecimal("20") };
    const { reserve } = setUp({
      answer: { kind: "ceiling_hit", ...figures, hourEndsAtMs: (HOUR + 1) * 3_600_000 },
    });
    await expect(reserve(planOf(USD, "20"))).rejects.toMatchObject({
      code: "spend_ceiling",
      message: expect.stringContaining("until 2026-11-20T23:00:00.000Z"),
    });
  });
});

describe("reserve", () => {
  it("asks for the payment and the locked fee, out of the balance that was judged by", async () => {
    const { reserve, reserved } = setUp();
    expect(await reserve(planOf(USD, "20"))).toEqual({ kind: "reserved" });
    expect(reserved).toEqual([
      {
        ...{ cdpId: "#7#", attempt: 4, fence: 3, nowMs: NOW },
        amounts: amounts({ [USD]: "20", [XRD]: "10" }),
        feeXrd: parseDecimal("10"),
        ceilingXrdPerHour: parseDecimal("1000"),
        funds: {
          balances: amounts({ [XRD]: "100", [USD]: "50" }),
          stateVersion: 1_000n,
          booksBefore: nothing,
        },
      },
    ]);
  });

  it("asks for payment and fee together when the debt is in XRD", async () => {
    const { reserve, reserved } = setUp();
    await reserve(planOf(XRD, "20"));
    expect(reserved[0]?.amounts).toEqual(amounts({ [XRD]: "30" }));
  });

  it("asks out of what need not stay, so that plans made side by side cannot eat it up", async () => {
    const { reserve, reserved } = setUp({ keep: { [USD]: "30", [XRD]: "95" } });
    await reserve(planOf(USD, "20"));
    await reserve(planOf(XRD, "1"));
    expect(reserved.map(({ funds }) => funds.balances)).toEqual([
      // No payment of the first is in XRD: its fee may be paid of what stays.
      amounts({ [XRD]: "100", [USD]: "20" }),
      amounts({ [XRD]: "5", [USD]: "50" }),
    ]);
  });

  it("says what is missing when others were faster", async () => {
    const { reserve } = setUp({
      answer: { kind: "short", resource: USD, missing: parseDecimal("2.5") },
    });
    expect(await reserve(planOf(USD, "20"))).toEqual({
      kind: "short",
      detail: `2.5 of ${USD} too few beside what is promised already`,
    });
  });

  it("has books and balances read anew after a refusal: what was refused is withdrawn", async () => {
    const { treasurer, reserve, events } = setUp({
      answer: { kind: "short", resource: XRD, missing: parseDecimal("2.5") },
    });
    await reserve(planOf(XRD, "95"));
    events.length = 0;
    await treasurer.read(0n, signal);
    expect(events).toEqual(["books", "balances", "observed 2 balances"]);
  });
});

it("settles in the hour of the wall clock", async () => {
  const { treasurer, settled } = setUp();
  const commit = { feeXrd: parseDecimal("0.4"), stateVersion: 1_010n };
  await treasurer.settle({ cdpId: "#7#", attempt: 4, commit }, signal);
  expect(settled).toEqual([{ cdpId: "#7#", attempt: 4, commit, nowMs: NOW }]);
});
