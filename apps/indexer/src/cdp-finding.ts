import type { LedgerHealth } from "@weft/ledger";
import type { Cdp, Health } from "@weft/protocol";

/** How a CDP that was read is judged. */
export type CdpVerdict = "no_debt" | "healthy" | "liquidatable" | "bad_debt";

/** What a batch found out about one CDP, for good. */
export type CdpFinding =
  | { readonly kind: "skipped"; readonly id: string; readonly reason: "burned" | "unknown" }
  | {
      readonly kind: "undecodable";
      readonly id: string;
      readonly detail: string;
    }
  | {
      /** Whether it is over the line only the ledger can tell, and the ledger did not. */
      readonly kind: "unconfirmed";
      readonly id: string;
      readonly detail: string;
      readonly cdp: Cdp;
      readonly health: Health;
    }
  | {
      /** It was read, and depends on a price that is not believed: neither healthy nor a candidate. */
      readonly kind: "unverified";
      readonly id: string;
      readonly detail: string;
      readonly cdp: Cdp;
      readonly health: Health;
    }
  | {
      readonly kind: "scanned";
      readonly id: string;
      readonly verdict: CdpVerdict;
      readonly cdp: Cdp;
      readonly health: Health;
      /** The ledger's own word at its tip; null when it was not asked. */
      readonly confirmed: LedgerHealth | null;
    };

/** A CDP near the line, over it, or not to be valued off-ledger. */
export interface Suspect {
  readonly kind: "suspect";
  readonly id: string;
  readonly cdp: Cdp;
  readonly health: Health;
}
