import { acceptByHand, formatDecimal, type Market, type Price } from "@weft/protocol";
import type { PriceGuardStore } from "@weft/store";
import { type Answer, alignColumns, formatInstant } from "./answer.ts";

type States = Awaited<ReturnType<PriceGuardStore["read"]>>;

/** What the price guard remembers of each asset, those in doubt first. */
export async function listPrices(
  market: Pick<Market, "resourceConfigs" | "xrd">,
  store: Pick<PriceGuardStore, "read">,
  signal: AbortSignal,
): Promise<Answer> {
  const assets = [...market.resourceConfigs.keys()].filter((asset) => asset !== market.xrd).sort();
  const states = await store.read(assets, signal);
  const value = assets
    .map((resource) => priceValue(resource, states))
    .sort((a, b) => Number(b.suspect !== null) - Number(a.suspect !== null));
  const rows = value.map(({ resource, accepted, suspect, isUnreadable }) => [
    resource,
    accepted === null ? "" : `${accepted.priceXrd} (${accepted.basis}, ${accepted.observedAt})`,
    isUnreadable ? "its item cannot be read" : describeSuspect(suspect),
  ]);
  return { value, lines: alignColumns(["asset", "accepted XRD", "suspect XRD"], rows) };
}

function priceValue(resource: string, states: States) {
  const stored = states.get(resource);
  if (stored === undefined || "unreadable" in stored) {
    return { resource, accepted: null, suspect: null, isUnreadable: true };
  }
  const { accepted, suspect } = stored.state;
  return {
    resource,
    accepted: accepted && { ...observationValue(accepted.observation), basis: accepted.basis },
    suspect: suspect && { ...observationValue(suspect.observation), reason: suspect.reason },
    isUnreadable: false,
  };
}

const observationValue = ({ price, timestampSeconds }: Price) => ({
  priceXrd: formatDecimal(price),
  observedAt: formatInstant(Number(timestampSeconds) * 1_000),
});

function describeSuspect(suspect: ReturnType<typeof priceValue>["suspect"]): string {
  return suspect === null ? "" : `${suspect.priceXrd} (${suspect.reason}, ${suspect.observedAt})`;
}

/**
 * Vouches for the price that is suspect now: it is believed as though a reference had agreed. Only this observation: what
 * comes after it is judged against it.
 */
export async function acceptPrice(
  resource: string,
  store: PriceGuardStore,
  signal: AbortSignal,
): Promise<Answer> {
  const stored = (await store.read([resource], signal)).get(resource);
  if (stored === undefined || "unreadable" in stored) {
    const line = `what is remembered of ${resource} cannot be read: delete its item PRICE#${resource} / GUARD`;
    return { value: { resource, accepted: null }, lines: [line] };
  }
  const { suspect } = stored.state;
  if (suspect === null) {
    return { value: { resource, accepted: null }, lines: [`no price of ${resource} is suspect`] };
  }
  const write = { state: acceptByHand(stored.state), readVersion: stored.version };
  if (!(await store.replace(resource, write, signal))) {
    const line = `${resource} was judged anew just now, nothing is changed: look again`;
    return { value: { resource, accepted: null }, lines: [line] };
  }
  const accepted = observationValue(suspect.observation);
  const line = `${accepted.priceXrd} XRD for ${resource}, observed ${accepted.observedAt}, is believed`;
  return { value: { resource, accepted }, lines: [line] };
}
