/** One lendable asset of the simulated market. */
export interface Asset {
  readonly symbol: string;
  readonly divisibility: number;
  /** Opening price in XRD, and how it moves when XRD falls against everything else. */
  readonly price: string;
  readonly kind: "quote" | "stable" | "volatile";
  readonly collateralConfigId: number;
  /** Correlation group of efficiency mode; null = in none. */
  readonly groupId: number | null;
}

/** Weft's ten prices on mainnet at state version 370,965,851; XRD is the unit. */
export const ASSETS: readonly Asset[] = [
  quote("XRD", "1"),
  quote("LSULP", "1.15047434827771029"),
  stable("xUSDC", "225.570215353101481709"),
  stable("xUSDT", "229.37458999284351145"),
  volatile("xwBTC", 8, "25371681.638553747064004698"),
  volatile("xETH", 18, "983041.381534883294186729"),
  stable("hUSDC", "212.057781870932030311"),
  stable("hUSDT", "212.096979124913312083"),
  volatile("hWBTC", 8, "24026469.862403551858482542"),
  volatile("hETH", 18, "937437.568386001396553862"),
];

/** Version of the ledger at which those prices were read. */
export const START_STATE_VERSION = 370_965_851;

/** An older price makes a position impossible to value (`price_expiration_period`). */
export const PRICE_EXPIRATION_SECONDS = 14_400;

function quote(symbol: string, price: string): Asset {
  return { symbol, divisibility: 18, price, kind: "quote", collateralConfigId: 0, groupId: 1 };
}

function stable(symbol: string, price: string): Asset {
  return { symbol, divisibility: 6, price, kind: "stable", collateralConfigId: 2, groupId: 2 };
}

function volatile(symbol: string, divisibility: number, price: string): Asset {
  return {
    symbol,
    divisibility,
    price,
    kind: "volatile",
    collateralConfigId: 1,
    groupId: null,
  };
}
