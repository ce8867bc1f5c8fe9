import type { Chain } from "./chain.ts";
import { executeTransaction, feesOf } from "./execution.ts";
import { accountsOf, parseManifest } from "./toolkit.ts";
import type { LedgerBehaviour, LedgerPoint, PreviewRequest, Receipt } from "./types.ts";

/** Executes manifests on the head, and keeps nothing of it. */
export function createPreview(options: {
  chain: Chain;
  behaviour: LedgerBehaviour;
  observe: () => LedgerPoint;
}): (request: PreviewRequest) => Promise<Receipt> {
  const { chain, behaviour, observe } = options;
  return async (request) => {
    const instructions = await parseManifest(request.manifest);
    const owners = request.assumeAllSignatureProofs
      ? "all"
      : await accountsOf(request.signerPublicKeysHex);
    const head = observe();
    const epochFault = request.skipEpochCheck ? null : epochFaultOf(request, head.epoch);
    if (epochFault !== null) {
      return {
        status: "Rejected",
        output: [],
        events: [],
        fees: feesOf(0, 0, 0),
        errorMessage: epochFault,
        balanceChanges: [],
      };
    }
    return executeTransaction({
      instructions,
      owners,
      base: chain.tables,
      nowSeconds: Math.floor(head.timestampMs / 1_000),
      rules: behaviour,
      tipPercentage: 0,
      useFreeCredit: request.useFreeCredit,
    }).receipt;
  };
}

function epochFaultOf(request: PreviewRequest, epoch: number): string | null {
  const { startEpochInclusive: start = epoch, endEpochExclusive: end = epoch + 1 } = request;
  if (epoch < start) {
    return `TransactionEpochNotYetValid: valid from ${start}, current epoch ${epoch}`;
  }
  return epoch >= end
    ? `TransactionEpochNoLongerValid: valid until ${end}, current epoch ${epoch}`
    : null;
}
