import { createGatewayClient, type LedgerHealth, previewHealth } from "@weft/ledger";
import type { Candidate } from "@weft/messages";
import { type Decimal, formatDecimal } from "@weft/protocol";
import type { SkeletonTask } from "../skeleton/order.ts";

const IDS_PER_PREVIEW = 10;
/** So little that the CDP stays over the line, for the burst itself to find. */
const PART_REPAID = 1_000n;
/** Every asset of the simulator has six decimal places at least. */
const SIX_PLACES = 1_000_000_000_000n;
const FEE_LOCK_XRD = "10";

/** For each candidate that has a loan and fungible collateral, a transaction that liquidates a thousandth of one loan. */
export async function makeSkeletonTasks(
  candidates: readonly Candidate[],
  ledger: { readonly gatewayUrl: string; readonly market: string; readonly account: string },
  signal: AbortSignal,
): Promise<SkeletonTask[]> {
  const gateway = createGatewayClient({
    baseUrls: [ledger.gatewayUrl],
    applicationName: "bench",
    applicationVersion: "0",
    ...{ maxInFlight: 4, requestsPerSecond: 10_000, timeoutMs: 30_000 },
  });
  const tasks: SkeletonTask[] = [];
  for (let index = 0; index < candidates.length; index += IDS_PER_PREVIEW) {
    const ids = candidates.slice(index, index + IDS_PER_PREVIEW).map(({ cdpId }) => cdpId);
    const healths = await previewHealth(gateway, { lendingMarket: ledger.market, ids, signal });
    for (const [cdpId, health] of healths) {
      const liquidationManifest = manifestOf(cdpId, health, ledger);
      if (liquidationManifest === undefined) continue;
      const healthManifest = `CALL_METHOD Address("${ledger.market}") "get_cdp" Array<NonFungibleLocalId>(NonFungibleLocalId("${cdpId}"));\n`;
      tasks.push({ cdpId, healthManifest, liquidationManifest });
    }
  }
  return tasks;
}

function manifestOf(
  cdpId: string,
  { loans, collaterals }: LedgerHealth,
  { account, market }: { readonly account: string; readonly market: string },
): string | undefined {
  const [loan] = loans;
  const seized = collaterals.find(({ amount, isFromNft }) => amount > 0n && !isFromNft);
  if (loan === undefined || seized === undefined) return undefined;
  const payment = ((loan.amount / PART_REPAID / SIX_PLACES) * SIX_PLACES) as Decimal;
  if (payment <= 0n) return undefined;
  const debt = `Address("${loan.resource}")`;
  return [
    `CALL_METHOD Address("${account}") "lock_fee" Decimal("${FEE_LOCK_XRD}");`,
    `CALL_METHOD Address("${account}") "withdraw" ${debt} Decimal("${formatDecimal(payment)}");`,
    `TAKE_ALL_FROM_WORKTOP ${debt} Bucket("payment");`,
    `CALL_METHOD Address("${market}") "liquidate" NonFungibleLocalId("${cdpId}") Array<Bucket>(Bucket("payment")) Enum<1u8>(Array<Address>(Address("${seized.resource}")));`,
    `ASSERT_WORKTOP_CONTAINS Address("${seized.resource}") Decimal("0");`,
    `CALL_METHOD Address("${account}") "deposit_batch" Expression("ENTIRE_WORKTOP");`,
    "",
  ].join("\n");
}
