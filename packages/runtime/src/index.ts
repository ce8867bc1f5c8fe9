export { AppError, type Disposition, dispositionOf, errorCodeOf } from "./app-error.ts";
export { createRemoteClock, type LedgerClock, systemClock } from "./clock.ts";
export {
  awsVariables,
  CLOCK_ON_SIMULATOR_ONLY,
  crossCheck,
  type Environment,
  fifoQueueName,
  ledgerVariables,
  parseEnvironment,
  queueName,
  receiveVariables,
  shellVariables,
} from "./environment.ts";
export { createHeartbeat, type Heartbeat } from "./heartbeat.ts";
export { inParallel } from "./in-parallel.ts";
export { createLogger, type Logger } from "./logger.ts";
export { createOpsServer } from "./ops-server.ts";
export { type PersistOptions, persist } from "./persist.ts";
export {
  AGREEMENT_BELOW_BAND,
  type PriceGuardConfig,
  priceGuardVariables,
} from "./price-guard-variables.ts";
export { createReadiness, type Readiness } from "./readiness.ts";
export { createRecent, type Recent, type RecentOptions } from "./recent.ts";
export { VERSION } from "./release.ts";
export { type LoopOptions, runLoop } from "./run-loop.ts";
export { runWorker, type WorkerShell } from "./run-worker.ts";
export { createSemaphore, type Semaphore } from "./semaphore.ts";
export { EXIT_TEMPORARY } from "./shutdown.ts";
export { type Sleep, sleep } from "./sleep.ts";
export { startProgram } from "./start-program.ts";
