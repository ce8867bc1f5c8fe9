import type { SimulatorAddresses } from "../simulator/ledger/types.ts";

/** The asset that the account has nothing of: debt in it is paid with flash loans. */
export const UNFUNDED = "hUSDT";

/** The simulator's pools that swap, as the liquidator's variable `SWAP_POOLS` names them. */
export function swapPoolsOf({
  dexPools,
  resources,
  xrd,
}: Pick<SimulatorAddresses, "dexPools" | "resources" | "xrd">): string {
  return Object.entries(dexPools)
    .map(([symbol, component]) => `${component}=${resources[symbol]}/${xrd}`)
    .join(",");
}
