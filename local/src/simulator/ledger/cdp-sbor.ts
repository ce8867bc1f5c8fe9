import type { CdpState, CollateralState, EfficiencyMode } from "./model.ts";
import {
  array,
  decimal,
  instant,
  localId,
  map,
  namedVariant,
  resource,
  string,
  struct,
  u16,
  u64,
  variant,
} from "./sbor.ts";
import type { SborNode } from "./types.ts";

/** Data of a CDP's non-fungible, as `state/non-fungible/data` shows it. */
export function cdpData(cdp: CdpState): SborNode {
  return struct("CDPData", {
    minted_at: instant(cdp.mintedAtSeconds),
    updated_at: instant(cdp.updatedAtSeconds),
    key_image_url: string("https://weft.example/wefty.png"),
    name: string("Wefty"),
    description: string("A position in the simulated market"),
    loans: addressMap(
      "LoanInfo",
      cdp.loans.map(({ asset, units, version }) => [
        asset,
        struct("LoanInfo", { units: decimal(units), config_version: u64(version) }),
      ]),
    ),
    collaterals: addressMap(
      "CollateralInfo",
      cdp.collaterals.map(({ resource: held, amount, version, mode }) => [
        held,
        struct("CollateralInfo", {
          amount: decimal(amount),
          config_version: configVersion({ version, mode }),
        }),
      ]),
    ),
    nft_collaterals: addressMap("NFTCollateralInfo", nftCollaterals(cdp)),
  });
}

function nftCollaterals({ nfts }: CdpState): [string, SborNode][] {
  return Array.from(
    Map.groupBy(nfts, ({ resource: held }) => held),
    ([held, same]) => [
      held,
      struct("NFTCollateralInfo", {
        nft_ids: array(
          "NonFungibleLocalId",
          same.map(({ id }) => localId(id)),
        ),
        config_version: addressMap(
          "CollateralConfigVersion",
          same[0]?.underlying.map((one) => [one.resource, configVersion(one)]) ?? [],
        ),
      }),
    ],
  );
}

function configVersion({ version, mode }: Pick<CollateralState, "version" | "mode">): SborNode {
  return struct("CollateralConfigVersion", {
    entry_version: u64(version),
    efficiency_mode: namedMode(mode),
  });
}

/** The mode as a preview shows it. */
export function unnamedMode(mode: EfficiencyMode): SborNode {
  if (mode.kind === "group") {
    return variant(1, u16(mode.groupId));
  }
  return variant(mode.kind === "none" ? 0 : 2);
}

function namedMode(mode: EfficiencyMode): SborNode {
  if (mode.kind === "group") {
    return namedVariant("EfficiencyMode", 1, "EfficiencyGroup", u16(mode.groupId));
  }
  return mode.kind === "none"
    ? namedVariant("EfficiencyMode", 0, "None")
    : namedVariant("EfficiencyMode", 2, "IdenticalResource");
}

function addressMap(
  valueType: string,
  entries: readonly (readonly [string, SborNode])[],
): SborNode {
  return {
    ...map(
      "Reference",
      "Tuple",
      entries.map(([address, value]) => ({ key: resource(address), value })),
    ),
    key_type_name: "ResourceAddress",
    value_type_name: valueType,
  };
}
