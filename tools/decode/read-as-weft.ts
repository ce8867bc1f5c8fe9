import {
  decodeCdp,
  type LedgerHealth,
  readHealthById,
  SborError,
  type SborNode,
} from "../../packages/ledger/src/index.ts";
import { formatDecimal } from "../../packages/protocol/src/index.ts";

/**
 * What indexer and liquidator make of a value, in lines for people; none when it is nothing of theirs.
 *
 * @param id of the non-fungible whose data it is
 */
export function readAsWeft(node: SborNode, id: string | undefined): readonly string[] {
  if (node.kind === "Map") return readHealths(node);
  const names = new Set(node.fields?.map((field) => field?.field_name));
  return names.has("loans") && names.has("collaterals") ? [readCdp(node, id ?? "")] : [];
}

function readCdp(node: SborNode, id: string): string {
  try {
    const { loans, collaterals, nftCollaterals } = decodeCdp(id, node);
    const counts = `${loans.size} loans, ${collaterals.size} collaterals, ${nftCollaterals.size} NFT collaterals`;
    return `read as CDP ${id}: ${counts}`;
  } catch (error) {
    if (!(error instanceof SborError)) throw error;
    return `NOT readable as a CDP, ${error.message}`;
  }
}

/** What `get_cdp` returns; another method may well return a map that is none. */
function readHealths(node: SborNode): readonly string[] {
  try {
    return [...readHealthById(node)].map(([id, health]) => healthLine(id, health));
  } catch (error) {
    if (error instanceof SborError) return [];
    throw error;
  }
}

function healthLine(id: string, { loanValue, collateralValue, liquidationLtv }: LedgerHealth) {
  const [owed, held] = [loanValue, collateralValue].map(formatDecimal);
  return `read as CDP ${id}: liquidation LTV ${formatDecimal(liquidationLtv)}, owes ${owed} XRD, holds ${held} XRD`;
}
