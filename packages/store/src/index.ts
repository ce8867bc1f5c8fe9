export type {
  AttemptRecord,
  CdpState,
  FailedDelivery,
  FinalAttempt,
  Quarantine,
  SignedAttempt,
  UnfinalAttempt,
} from "./attempt-record.ts";
export type {
  AttemptStore,
  LeaseAnswer,
  LeaseRef,
  OpenAttempt,
  QuarantinedCdp,
} from "./attempt-store.ts";
export { type AwsClientOptions, createDynamo, createS3 } from "./aws-clients.ts";
export { requireNewer } from "./check-hold.ts";
export { createAttemptStore } from "./create-attempt-store.ts";
export { createReservations } from "./create-reservations.ts";
export {
  createFleetSwitch,
  type FleetState,
  type FleetSwitch,
  type Pause,
} from "./fleet-switch.ts";
export { createObjectStore, type ObjectStore } from "./object-store.ts";
export type { StoredPriceGuard, UnreadablePriceGuard } from "./price-guard-items.ts";
export { createPriceGuardStore, type PriceGuardStore } from "./price-guard-store.ts";
export type {
  HoldVerdict,
  KnownFunds,
  Reservations,
  ReserveAnswer,
  ReserveRequest,
  SettleRequest,
} from "./reservations.ts";
export {
  createRunPointer,
  type NewestRuns,
  type RunPointer,
} from "./run-pointer.ts";
export {
  encodeSnapshot,
  type SnapshotCollateral,
  type SnapshotLoan,
  type SnapshotRow,
} from "./snapshot.ts";
export { createStateTable } from "./state-table.ts";
export {
  type Amounts,
  freeAmounts,
  type Hold,
  heldAmounts,
  hourEndsAtMs,
  hourlyFees,
  hourOf,
  type TreasuryBooks,
} from "./treasury-books.ts";
