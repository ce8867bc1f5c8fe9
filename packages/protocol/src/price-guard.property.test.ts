import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LEDGER_TIME } from "../test/builders.ts";
import { createGuard, observe, PRICE_LIMITS } from "../test/price-guard.ts";
import { decimalFromSubunits, formatDecimal } from "./decimal.ts";
import { judgePrice, judgeTipPrice } from "./price-guard.ts";
import { isWithin } from "./price-guard-state.ts";

/** From 10^-6 to 10^8 XRD, and often near 200. */
const price = fc
  .oneof(
    fc.bigInt({ min: 10n ** 12n, max: 10n ** 26n }),
    fc.bigInt({ min: 150n * 10n ** 18n, max: 250n * 10n ** 18n }),
    fc.constantFrom(0n, 200n * 10n ** 18n),
  )
  .map((subunits) => formatDecimal(decimalFromSubunits(subunits)));
const sighting = fc.record({
  price,
  seconds: fc.bigInt({ min: 0n, max: 14_000n }),
  reference: fc.option(price, { freq: 3 }),
});
const history = fc.array(sighting, { maxLength: 12 });
type Sighting = typeof sighting extends fc.Arbitrary<infer T> ? T : never;

/** A guard that has seen it all, at one time. */
function guardAfter(seen: readonly Sighting[]) {
  const guard = createGuard().at(14_000n);
  for (const { price: text, seconds, reference } of seen) {
    guard.judge(observe(text, seconds), reference);
  }
  return guard;
}

describe("judgePrice, whatever came before", () => {
  it("says the same of the same entry again, and remembers nothing more", () => {
    fc.assert(
      fc.property(history, sighting, (seen, last) => {
        const guard = guardAfter(seen);
        const entry = observe(last.price, last.seconds);
        const first = guard.judge(entry, last.reference);
        const { state } = guard;
        expect(guard.judge(entry, last.reference).kind).toBe(first.kind);
        expect(guard.state).toEqual(state);
      }),
    );
  });

  it("never comes to believe a suspect entry by reading it again without a reference", () => {
    fc.assert(
      fc.property(history, sighting, fc.nat({ max: 5 }), (seen, last, times) => {
        const guard = guardAfter(seen);
        const entry = observe(last.price, last.seconds);
        // Of what was overtaken by an accepted price nothing is remembered: it only has to lie near that.
        const { accepted } = guard.state;
        fc.pre((accepted?.observation.timestampSeconds ?? 0n) < entry.timestampSeconds);
        fc.pre(guard.judge(entry, last.reference).kind === "suspect");
        for (let n = 0; n <= times; n += 1) expect(guard.judge(entry).kind).toBe("suspect");
      }),
    );
  });

  it("never accepts a price of zero", () => {
    fc.assert(
      fc.property(history, fc.option(price), (seen, reference) => {
        const guard = guardAfter(seen);
        expect(guard.judge(observe("0", 14_000n), reference).kind).toBe("suspect");
        const tip = { ...guard, price: decimalFromSubunits(0n), reference: null };
        expect(judgeTipPrice(tip).kind).toBe("suspect");
      }),
    );
  });

  it("never accepts what a reference contradicts, the first time it is seen", () => {
    fc.assert(
      fc.property(history, price, price, (seen, text, reference) => {
        const entry = observe(text, 14_001n);
        const said = observe(reference).price;
        fc.pre(!isWithin(entry.price, said, PRICE_LIMITS.referenceTolerance));
        expect(guardAfter(seen).judge(entry, reference).kind).toBe("suspect");
      }),
    );
  });

  it("accepts without a reference only what is near an accepted price, or near a suspect one seen before", () => {
    fc.assert(
      fc.property(history, sighting, (seen, last) => {
        const guard = guardAfter(seen);
        const { accepted, suspect } = guard.state;
        const entry = observe(last.price, last.seconds);
        fc.pre(guard.judge(entry).kind === "accepted");
        const near = [
          accepted !== null && isWithin(entry.price, accepted.observation.price, PRICE_LIMITS.band),
          suspect !== null &&
            suspect.observation.timestampSeconds < entry.timestampSeconds &&
            suspect.observation.transactionHash !== entry.transactionHash &&
            isWithin(entry.price, suspect.observation.price, PRICE_LIMITS.agreement),
        ];
        expect(near).toContain(true);
      }),
    );
  });

  it("only ever moves forward in time", () => {
    fc.assert(
      fc.property(history, (seen) => {
        const guard = createGuard().at(14_000n);
        let [acceptedAt, suspectAt] = [0n, 0n];
        for (const { price: text, seconds, reference } of seen) {
          guard.judge(observe(text, seconds), reference);
          const { accepted, suspect } = guard.state;
          const now = accepted?.observation.timestampSeconds ?? 0n;
          expect(now).toBeGreaterThanOrEqual(acceptedAt);
          acceptedAt = now;
          if (suspect === null) suspectAt = 0n;
          else {
            expect(suspect.observation.timestampSeconds).toBeGreaterThanOrEqual(suspectAt);
            suspectAt = suspect.observation.timestampSeconds;
          }
        }
      }),
    );
  });

  it("depends on nothing but its evidence", () => {
    fc.assert(
      fc.property(history, sighting, (seen, { price: text, seconds }) => {
        const evidence = {
          observed: observe(text, seconds),
          state: guardAfter(seen).state,
          reference: null,
          nowSeconds: LEDGER_TIME + 14_000n,
          limits: PRICE_LIMITS,
        };
        expect(judgePrice(evidence)).toEqual(judgePrice(structuredClone(evidence)));
      }),
    );
  });
});

describe("several processes that judge one observation with one memory", () => {
  it("come to one state, however often and in whichever turn they write", () => {
    fc.assert(
      fc.property(history, sighting, fc.nat({ max: 4 }), (seen, last, more) => {
        const alone = guardAfter(seen);
        const entry = observe(last.price, last.seconds);
        const decision = alone.judge(entry, last.reference);
        const together = guardAfter(seen);
        for (let n = 0; n <= more; n += 1) {
          expect(together.judge(entry, last.reference).kind).toBe(decision.kind);
        }
        expect(together.state).toEqual(alone.state);
      }),
    );
  });
});
