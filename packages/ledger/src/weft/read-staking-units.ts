import { type Decimal, parseDecimal, type ResourceAddress } from "@weft/protocol";
import type { GatewayClient } from "../gateway/client.ts";
import { atStateVersion } from "../gateway/pin.ts";
import { unexpectedAnswer } from "../gateway/unexpected.ts";

const DETAILS_ENDPOINT = "/state/entity/details";

/** The Gateway's limit of addresses per request. */
export const RESOURCES_PER_REQUEST = 20;

export interface StakingUnitsRead {
  /** Staking unit → XRD that one of it redeems for. */
  readonly redemptionsXrd: ReadonlyMap<ResourceAddress, Decimal>;
  /** Resources that are something else, and never will be staking units. */
  readonly others: ReadonlySet<ResourceAddress>;
}

/**
 * What liquid staking units redeem for at a state version: one request, of 20 resources at the most. A resource that is not
 * there, or whose value cannot be read, is in neither answer.
 *
 * @throws {GatewayError} `gateway_unexpected_answer` when it is no answer
 */
export async function readStakingUnits(
  client: GatewayClient,
  {
    resources,
    stateVersion,
    xrd,
  }: {
    readonly resources: readonly ResourceAddress[];
    readonly stateVersion: bigint;
    readonly xrd: ResourceAddress;
  },
  signal: AbortSignal,
): Promise<StakingUnitsRead> {
  const answer = await client.entityDetails(
    {
      addresses: [...resources],
      opt_ins: { native_resource_details: true },
      at_ledger_state: atStateVersion(stateVersion),
    },
    signal,
  );
  if (!Array.isArray(answer.items)) throw unexpectedAnswer(DETAILS_ENDPOINT, "no items");
  const redemptionsXrd = new Map<ResourceAddress, Decimal>();
  const others = new Set<ResourceAddress>();
  for (const { address, details } of answer.items) {
    if (address === undefined || !resources.includes(address)) continue;
    const { native_resource_details: native } = (details ?? {}) as NativeDetails;
    if (native?.kind !== "ValidatorLiquidStakeUnit") {
      if (details !== undefined) others.add(address);
      continue;
    }
    const redemption = redemptionOf(native.unit_redemption_value, xrd);
    if (redemption !== undefined) redemptionsXrd.set(address, redemption);
  }
  return { redemptionsXrd, others };
}

interface NativeDetails {
  readonly native_resource_details?: {
    readonly kind?: unknown;
    readonly unit_redemption_value?: unknown;
  };
}

/** Undefined unless it redeems for XRD alone, and for an amount that can be read. */
function redemptionOf(value: unknown, xrd: ResourceAddress): Decimal | undefined {
  const [only, ...more] = (Array.isArray(value) ? value : []) as readonly {
    readonly resource_address?: unknown;
    readonly amount?: unknown;
  }[];
  const { resource_address: resource, amount } = only ?? {};
  if (more.length > 0 || resource !== xrd || typeof amount !== "string") return undefined;
  return /^\d{1,30}(\.\d{1,18})?$/.test(amount) ? parseDecimal(amount) : undefined;
}
