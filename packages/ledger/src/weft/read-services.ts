import type { CollateralClass, ServiceSwitches } from "@weft/protocol";
import { fieldAt, namedField } from "../sbor/fields.ts";
import { readAt, SborError, type SborNode, type SborReader } from "../sbor/node.ts";
import { readBoolean, readReference, readVariant, readVariantField } from "../sbor/readers.ts";

/**
 * Which service at which level, in numbers: the variants of `LoanServiceKey` and `LoanService`, or of
 * `CollateralServiceKey` and `CollateralService`.
 *
 * Source: radixdlt/radix-incentives, common/dapps/weftFinance/schemas/lendingMarket.ts.
 */
const LOAN = { global: 0, resource: 1, repay: 3, repayForNft: 4 } as const;
const COLLATERAL = { resource: 4, nft: 5, removeForLiquidation: 3 } as const;
const CLASS_LEVELS: Readonly<Record<CollateralClass, number>> = {
  resource: 0,
  nft: 1,
  lsu: 2,
  claim_nft: 3,
};

/** Services that are off, each as its level and its number. */
export type SwitchedOff = ReadonlySet<string>;

/** Collects what is off of one entry of a service manager's store. @throws {SborError} where it does not fit */
export function addSwitchedOff(off: Set<string>, key: SborNode, value: SborNode): void {
  const level = readLevel(key);
  for (const service of readOff(value)) off.add(`${level}/${service}`);
}

/**
 * What may be done, by both the switch for all and the one for the resource at hand. A switch that is not there is on; one
 * that is locked can be changed by fewer people, and says no more than that (inferred: the managers' rules are not published).
 */
export function switchesOf(loans: SwitchedOff, collaterals: SwitchedOff): ServiceSwitches {
  const mayRepayBy = (service: number) => (asset: string) =>
    !loans.has(`${LOAN.global}/${service}`) && !loans.has(`${LOAN.resource}:${asset}/${service}`);
  const { removeForLiquidation } = COLLATERAL;
  return {
    mayRepay: mayRepayBy(LOAN.repay),
    mayRepayForNft: mayRepayBy(LOAN.repayForNft),
    mayRemove: (resource, kind) => {
      const isNft = kind === "nft" || kind === "claim_nft";
      const level = isNft ? COLLATERAL.nft : COLLATERAL.resource;
      const levels = [`${CLASS_LEVELS[kind]}`, `${level}:${resource}`];
      return !levels.some((one) => collaterals.has(`${one}/${removeForLiquidation}`));
    },
  };
}

const readLevel: SborReader<string> = (node) => {
  const { variant, fields } = readVariant(node);
  return fields.length === 0
    ? `${variant}`
    : `${variant}:${readVariantField(fields, readReference)}`;
};

/** The services of a status that are not enabled. A status is a struct of one map. */
const readOff: SborReader<number[]> = (node) =>
  fieldAt(node, 0, "services", (services) => {
    if (services.kind !== "Map" || services.entries === undefined) throw new SborError("not a Map");
    return services.entries.flatMap(({ key, value }) => {
      const { variant } = readAt("(key)", key, readVariant);
      const isOn = readAt(`${variant}`, value, (status) =>
        namedField(status, "enabled", readBoolean),
      );
      return isOn ? [] : [variant];
    });
  });
