export type { BreakerState } from "./gateway/breaker.ts";
export {
  createGatewayClient,
  type GatewayClient,
  type GatewayClientOptions,
} from "./gateway/client.ts";
export { connectGateway, type GatewayConfig } from "./gateway/connect-gateway.ts";
export { GatewayError, type GatewayErrorCode } from "./gateway/gateway-error.ts";
export type { GatewayObserver } from "./gateway/observer.ts";
export type { GatewayTiming } from "./gateway/timing.ts";
export { assertFresh, type LedgerHead, readHead } from "./ledger-head.ts";
export { NETWORK_IDS, xrdAddress } from "./network.ts";
export { type MarketFacts, marketFactsOf } from "./plan/market-facts.ts";
export { planSettingsOf } from "./plan/plan-settings.ts";
export { type PlanConfig, planVariables } from "./plan/plan-variables.ts";
export { type TriedPlan, tryPlans } from "./plan/try-plans.ts";
export { priceLimitsOf } from "./prices/price-limits.ts";
export { pricesUsed, type UsedPrice } from "./prices/prices-used.ts";
export {
  openReferenceSource,
  type ReadReferencePrices,
  type ReferencePrice,
  referencesOrNone,
} from "./prices/reference-source.ts";
export { decodeSborHex } from "./sbor/decode-hex.ts";
export { decodeSbor, type SborValue } from "./sbor/decode-sbor.ts";
export { SborError, type SborNode } from "./sbor/node.ts";
export { accountAddressOf } from "./transaction/account-address.ts";
export {
  type BuiltTransaction,
  buildTransaction,
  type TransactionInput,
} from "./transaction/build-transaction.ts";
export { type BonusFee, type Commit, type Moved, readCommit } from "./transaction/commit.ts";
export { createKeyFileSigner } from "./transaction/key-file-signer.ts";
export { createKms, createKmsSigner } from "./transaction/kms-signer.ts";
export { liquidationManifest } from "./transaction/liquidation-manifest.ts";
export {
  flashLoanManifest,
  type PaymentParties,
  withdrawalManifest,
} from "./transaction/payment-manifests.ts";
export {
  type PreviewInput,
  type PreviewResult,
  previewTransaction,
} from "./transaction/preview.ts";
export { type Balances, readBalances } from "./transaction/read-balances.ts";
export { createSignerFromPrivateKey, type Signer } from "./transaction/signer.ts";
export { type IntentState, readIntentStatus } from "./transaction/status.ts";
export { submitTransaction } from "./transaction/submit.ts";
export { decodeCdp } from "./weft/decode-cdp.ts";
export {
  type LedgerCollateral,
  type LedgerHealth,
  type LedgerLoan,
  type LedgerNft,
  readHealthById,
} from "./weft/decode-health.ts";
export { PreviewFailedError, previewHealth } from "./weft/preview-health.ts";
export { type CdpRead, type CdpsRequest, readCdps } from "./weft/read-cdps.ts";
export {
  type LiquidationTerms,
  type PoolTerms,
  readLiquidationTerms,
} from "./weft/read-liquidation-terms.ts";
export { type MarketPoint, readMarket } from "./weft/read-market.ts";
export { type Population, readCdpIds, readPopulation } from "./weft/read-population.ts";
export {
  RESOURCES_PER_REQUEST,
  readStakingUnits,
  type StakingUnitsRead,
} from "./weft/read-staking-units.ts";
export type { UndecodableEntry } from "./weft/read-store.ts";
export {
  type MarketEntities,
  type MarketStores,
  resolveMarket,
} from "./weft/resolve-market.ts";
export { type LedgerValuation, type PreviewHealth, valueEach } from "./weft/value-each.ts";
