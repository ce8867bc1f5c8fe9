import type { Cdp, CollateralPosition, EfficiencyMode, LoanPosition } from "@weft/protocol";
import { namedField } from "../sbor/fields.ts";
import { SborError, type SborNode, type SborReader } from "../sbor/node.ts";
import {
  listOf,
  mapOf,
  readDecimal,
  readInteger,
  readLocalId,
  readReference,
  readSmallInteger,
  readVariant,
  readVariantField,
} from "../sbor/readers.ts";

/**
 * The data of a CDP's NFT, by field name.
 *
 * Source: Lattic3-RDX/scrypto-packages, strategies/yield_multiplier_weftv2/src/weft.rs, `CDPData`.
 *
 * @throws {SborError} where it does not fit
 */
export function decodeCdp(id: string, node: SborNode): Cdp {
  return {
    id,
    mintedAtSeconds: namedField(node, "minted_at", readInteger, 0),
    updatedAtSeconds: namedField(node, "updated_at", readInteger, 1),
    loans: namedField(node, "loans", readLoans, 5),
    collaterals: namedField(node, "collaterals", readCollaterals, 6),
    nftCollaterals: namedField(node, "nft_collaterals", readNftCollaterals, 7),
  };
}

const readLoan: SborReader<LoanPosition> = (node) => ({
  units: namedField(node, "units", readDecimal, 0),
  configVersion: namedField(node, "config_version", readInteger, 1),
});

const readEfficiencyMode: SborReader<EfficiencyMode> = (node) => {
  const { variant, fields } = readVariant(node);
  switch (variant) {
    case 0:
      return { kind: "none" };
    case 1:
      return { kind: "group", groupId: readVariantField(fields, readSmallInteger) };
    case 2:
      return { kind: "identical" };
    default:
      throw new SborError(`unknown efficiency mode ${variant}`);
  }
};

const readConfigVersion: SborReader<Omit<CollateralPosition, "amount">> = (node) => ({
  entryVersion: namedField(node, "entry_version", readInteger, 0),
  efficiencyMode: namedField(node, "efficiency_mode", readEfficiencyMode, 1),
});

const readCollateral: SborReader<CollateralPosition> = (node) => {
  const amount = namedField(node, "amount", readDecimal, 0);
  const config = namedField(node, "config_version", readConfigVersion, 1);
  return { amount, entryVersion: config.entryVersion, efficiencyMode: config.efficiencyMode };
};

const readLocalIds = listOf(readLocalId);
const readLoans = mapOf(readReference, readLoan);
const readCollaterals = mapOf(readReference, readCollateral);
const readNftCollaterals = mapOf(readReference, (node) => ({
  nftIds: namedField(node, "nft_ids", readLocalIds, 0),
}));
