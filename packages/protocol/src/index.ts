export type {
  Cdp,
  CollateralPosition,
  EfficiencyMode,
  LoanPosition,
  NftCollateralPosition,
  ResourceAddress,
} from "./cdp.ts";
export { compareHealth, type HealthComparison } from "./compare-health.ts";
export {
  addDecimal,
  cappedDecimal,
  ceilToDivisibility,
  compareDecimal,
  DECIMAL_DIGITS,
  DECIMAL_MAX,
  DECIMAL_MIN,
  DECIMAL_ONE,
  DECIMAL_ZERO,
  type Decimal,
  decimalFromSubunits,
  divDecimal,
  floorToDivisibility,
  formatDecimal,
  minDecimal,
  mulDecimal,
  mulDivDecimal,
  parseDecimal,
  subDecimal,
} from "./decimal.ts";
export {
  assessHealth,
  type CollateralValue,
  type Health,
  healthAssessor,
  type LoanValue,
  type UnvaluableHealth,
  type ValuedHealth,
} from "./health.ts";
export { type PlanResult, planLiquidation, rankPlans } from "./liquidation-plan.ts";
export type {
  CollateralConfig,
  ConfigBook,
  ConfigEntry,
  LoanConfig,
  Market,
  Pool,
  Price,
  ResourceConfig,
  UnvaluableReason,
} from "./market.ts";
export { type PendingInterest, pendingInterest } from "./pending-interest.ts";
export {
  leastProfitXrd,
  type PlanSettings,
  planInputOf,
  spendableOf,
} from "./plan-settings.ts";
export {
  type FlashPlan,
  type FlashTerms,
  type FundingKind,
  type InventoryPlan,
  type LiquidationPlan,
  type NftPlan,
  type PlanInput,
  type PlannableCollateral,
  type PlannableHealth,
  type PlannableLoan,
  type PlannableNft,
  type Repayment,
  type Seizure,
  type SwapHop,
  spendOf,
} from "./plan-types.ts";
export {
  addPreciseDecimal,
  comparePreciseDecimal,
  divPreciseDecimal,
  formatPreciseDecimal,
  mulPreciseDecimal,
  PRECISE_DECIMAL_MAX,
  PRECISE_DECIMAL_MIN,
  PRECISE_DECIMAL_ONE,
  PRECISE_DECIMAL_ZERO,
  type PreciseDecimal,
  parsePreciseDecimal,
  subPreciseDecimal,
  toDecimal,
  toPreciseDecimal,
} from "./precise-decimal.ts";
export {
  judgePrice,
  judgeTipPrice,
  type PriceDecision,
  type PriceEvidence,
  type PriceJudgement,
  type TipPriceEvidence,
} from "./price-guard.ts";
export {
  ACCEPTANCE_BASES,
  type AcceptanceBasis,
  type AnchorPoint,
  acceptByHand,
  type PriceAnchor,
  type PriceGuardState,
  type PriceLimits,
  SUSPECT_REASONS,
  type SuspectReason,
  UNSEEN,
} from "./price-guard-state.ts";
export type { CollateralClass, ServiceSwitches } from "./service-switches.ts";
export { createSwapRoutes, type SwapPool } from "./swap-routes.ts";
export {
  type DebtAndCollateral,
  isBadDebt,
  isLiquidatable,
  type ScreenLines,
  type ScreenVerdict,
  screen,
} from "./verdict.ts";
