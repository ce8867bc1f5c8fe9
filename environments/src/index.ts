export { MAX_EXECUTORS, warmDrainSeconds } from "./checks.ts";
export {
  DEPLOYMENTS,
  deploymentNamed,
  ENVIRONMENTS,
  registryRegionOf,
} from "./deployments.ts";
export type { Environment, EnvironmentInput, Network, Resources } from "./fields.ts";
export { kind } from "./kind.ts";
export { LOCAL_STACK, localUrl } from "./local-stack.ts";
export { mainnet } from "./mainnet.ts";
export {
  bucketName,
  globalName,
  type Identity,
  type Names,
  namesOf,
  type ServiceAccountName,
} from "./names.ts";
export { LEDGERS, type LedgerAddresses } from "./networks.ts";
export { WORKER_NODE_OPTIONS } from "./node-options.ts";
export { planVariablesOf, priceGuardVariablesOf } from "./program-variables.ts";
export { mebibytes, millicores } from "./quantities.ts";
export { defineEnvironment } from "./schema.ts";
export { stokenet } from "./stokenet.ts";
