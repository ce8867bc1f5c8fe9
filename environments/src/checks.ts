import type { z } from "zod";
import { addressRange, isWithin, overlaps } from "./cidr.ts";
import type { Environment, Resources } from "./fields.ts";
import { mebibytes, millicores } from "./quantities.ts";

/** Executors over all pods that may exist at once, those of a rollout included. */
export const MAX_EXECUTORS = 50;
/** A Spot instance is taken back two minutes after its notice. */
const SPOT_NOTICE_SECONDS = 120;
const PRIVATE_BLOCKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
/** The service addresses that EKS gives out: it takes 10.100.0.0/16, or this where the VPC lies in 10.0.0.0/8. */
const EKS_SERVICE_BLOCK = "172.20.0.0/16";

type Fault = (path: string, message: string) => void;

/** Reports every contradiction between fields: where it lies, what it contradicts, and what to do. */
export function checkEnvironment(env: Environment, context: z.core.$RefinementCtx<unknown>): void {
  const fault: Fault = (path, message) =>
    context.addIssue({ code: "custom", path: path.split("."), message });
  checkWorkers(env, fault);
  checkDispatcher(env, fault);
  checkExecutors(env, fault);
  checkBurst(env, fault);
  checkGateway(env, fault);
  checkPriceGuard(env, fault);
  checkHoldFire(env, fault);
  checkSigner(env, fault);
  checkSurroundings(env, fault);
  checkNodePools(env, fault);
  checkAddresses(env, fault);
}

function checkPriceGuard({ aws, priceGuard }: Environment, fault: Fault): void {
  const { agreement, band, referenceUrl } = priceGuard;
  if (Number(agreement) >= Number(band)) {
    fault(
      "priceGuard.agreement",
      `is ${agreement}, not below the band of ${band}: prices that walk away would agree with each other`,
    );
  }
  if (aws === undefined || referenceUrl === undefined) return;
  const { protocol, port } = new URL(referenceUrl);
  if (protocol === "https:" && port === "") return;
  fault(
    "priceGuard.referenceUrl",
    `is ${referenceUrl}, but pods on AWS reach the world by HTTPS on port 443 alone: serve it there`,
  );
}

function checkHoldFire({ liquidator: { epochWindow, holdFireEpochs } }: Environment, fault: Fault) {
  if (epochWindow <= holdFireEpochs) return;
  fault(
    "liquidator.holdFireEpochs",
    `is ${holdFireEpochs}, less than epochWindow ${epochWindow}: ` +
      "an intent could still be open when fire is opened; raise it",
  );
}

function checkWorkers(env: Environment, fault: Fault): void {
  for (const name of ["indexer", "liquidator"] as const) {
    const worker = env[name];
    checkGrace(name, worker, fault);
    if (worker.minReplicas > worker.maxReplicas) {
      fault(
        `${name}.minReplicas`,
        `is ${worker.minReplicas}, more than maxReplicas ${worker.maxReplicas}: lower it, or raise maxReplicas`,
      );
    }
    if (worker.visibilityTimeoutSeconds <= worker.longestWorkSeconds) {
      fault(
        `${name}.visibilityTimeoutSeconds`,
        `is ${worker.visibilityTimeoutSeconds} s, no longer than the work (${worker.longestWorkSeconds} s): ` +
          "another pod would be given a message still in work; raise it",
      );
    }
  }
  if (env.aws !== undefined && env.indexer.terminationGraceSeconds >= SPOT_NOTICE_SECONDS) {
    fault(
      "indexer.terminationGraceSeconds",
      `is ${env.indexer.terminationGraceSeconds} s, but Spot gives ${SPOT_NOTICE_SECONDS} s of notice: lower it`,
    );
  }
}

function checkGrace(
  name: string,
  ends: { readonly drainSeconds: number; readonly terminationGraceSeconds: number },
  fault: Fault,
): void {
  if (ends.terminationGraceSeconds > ends.drainSeconds) return;
  fault(
    `${name}.terminationGraceSeconds`,
    `is ${ends.terminationGraceSeconds} s, no longer than the drain (${ends.drainSeconds} s): ` +
      "the pod would be killed at work; raise it",
  );
}

function checkDispatcher(env: Environment, fault: Fault): void {
  const { everyMinutes, activeDeadlineSeconds } = env.dispatcher;
  checkGrace("dispatcher", env.dispatcher, fault);
  if (activeDeadlineSeconds >= everyMinutes * 60) {
    fault(
      "dispatcher.activeDeadlineSeconds",
      `is ${activeDeadlineSeconds} s, as long as the interval (${everyMinutes * 60} s): ` +
        "a hung run would cost the next one; lower it",
    );
  }
}

function checkExecutors({ liquidator }: Environment, fault: Fault): void {
  const { executorsPerPod, maxReplicas, surge, messagesInFlight } = liquidator;
  const executors = executorsPerPod * (maxReplicas + surge);
  if (executors > MAX_EXECUTORS) {
    fault(
      "liquidator.executorsPerPod",
      `makes ${executors} executors on ${maxReplicas} pods and ${surge} of a rollout, over the cap of ${MAX_EXECUTORS}: ` +
        "lower executorsPerPod, maxReplicas or surge",
    );
  }
  if (executorsPerPod > messagesInFlight) {
    fault(
      "liquidator.messagesInFlight",
      `is ${messagesInFlight}, fewer than executorsPerPod ${executorsPerPod}: raise it, or executors stay idle`,
    );
  }
}

function checkBurst({ liquidator }: Environment, fault: Fault): void {
  const { designBurst, feeLockXrd, spendCeilingXrdPerHour } = liquidator;
  const fees = designBurst.candidates * Number(feeLockXrd);
  if (Number(spendCeilingXrdPerHour) < fees) {
    fault(
      "liquidator.spendCeilingXrdPerHour",
      `is ${spendCeilingXrdPerHour} XRD, but the design burst may cost ${fees} XRD ` +
        `(${designBurst.candidates} fees of ${feeLockXrd}): raise it, or lower feeLockXrd or designBurst.candidates`,
    );
  }
  if (liquidator.minReplicas === 0) return;
  const seconds = warmDrainSeconds(liquidator);
  if (seconds > designBurst.submittedWithinSeconds) {
    fault(
      "liquidator.minReplicas",
      `keeps ${liquidator.minReplicas * liquidator.executorsPerPod} executors warm, which take ${seconds.toFixed(1)} s ` +
        `for the design burst instead of ${designBurst.submittedWithinSeconds} s: raise it, or executorsPerPod`,
    );
  }
}

/** How long the pods that are always there take to submit the design burst; seconds. */
export function warmDrainSeconds(liquidator: Environment["liquidator"]): number {
  const { minReplicas, executorsPerPod, designBurst } = liquidator;
  const turns = Math.ceil(designBurst.candidates / (minReplicas * executorsPerPod));
  return (turns * designBurst.millisecondsPerCandidate) / 1_000;
}

function checkGateway(env: Environment, fault: Fault): void {
  const pods = {
    indexing: env.indexer.maxReplicas + env.indexer.surge,
    liquidation: env.liquidator.maxReplicas + env.liquidator.surge,
  };
  const budgets = [
    ["indexingInFlight", pods.indexing],
    ["indexingRequestsPerSecond", pods.indexing],
    ["liquidationInFlight", pods.liquidation],
    ["finalityInFlight", pods.liquidation],
    ["liquidationRequestsPerSecond", pods.liquidation],
  ] as const;
  for (const [budget, sharers] of budgets) {
    if (env.gateway[budget] >= sharers) continue;
    fault(
      `gateway.${budget}`,
      `is ${env.gateway[budget]} for up to ${sharers} pods: raise it, or lower maxReplicas, or a pod gets none`,
    );
  }
}

function checkSigner({ aws, liquidator }: Environment, fault: Fault): void {
  if (liquidator.signer === "none" && !liquidator.dryRun) {
    fault("liquidator.signer", "is none: set dryRun, or give a signer");
  }
  if (liquidator.signer === "file" && aws !== undefined) {
    fault("liquidator.signer", "is file: on AWS a key never lies in the cluster; use kms or none");
  }
  if (liquidator.signer !== "kms") return;
  if (aws === undefined) {
    fault("liquidator.signer", "is kms, but there is no aws: add it, or use file");
  }
  if (liquidator.account === undefined) {
    fault(
      "liquidator.account",
      "is not set, with signer kms: name the account of the key, so that no other key signs",
    );
  }
}

function checkSurroundings(env: Environment, fault: Fault): void {
  const simulated = env.network === "simulator";
  if (simulated !== (env.aws === undefined)) {
    fault(
      "network",
      simulated
        ? "is simulator, which lives in the local stack: remove aws"
        : `is ${env.network}, but there is no aws: add it, or take network simulator`,
    );
  }
  for (const field of ["telemetry", "delivery"] as const) {
    if (env[field] !== undefined && env.aws === undefined) {
      fault(field, "needs External Secrets or Argo CD, which come with aws: remove it");
    }
  }
  if (env.aws !== undefined && !env.images.registry.includes(".")) {
    fault(
      "images.registry",
      `${env.images.registry} has no host: nodes on AWS pull their images; name the registry`,
    );
  }
}

/** Both pools must be able to hold what is meant to run on them, with a tenth for the node's own pods. */
function checkNodePools(env: Environment, fault: Fault): void {
  if (env.aws === undefined) return;
  const { indexer, liquidator, dispatcher, nodePools } = env;
  const liquidators = liquidator.maxReplicas + liquidator.surge;
  const liquidation = { pods: liquidators, resources: liquidator.resources };
  const indexing = { pods: indexer.maxReplicas + indexer.surge, resources: indexer.resources };
  const firstIndexers = { ...indexing, pods: indexer.minReplicas };
  const needs = {
    baseline: [liquidation, firstIndexers, { pods: 1, resources: dispatcher.resources }],
    burst: [indexing],
  };
  for (const pool of ["baseline", "burst"] as const) {
    const sum = (part: (resources: Resources) => number) =>
      needs[pool].reduce((total, need) => total + need.pods * part(need.resources), 0) * 1.1;
    const cpu = sum((resources) => millicores(resources.cpu));
    const memory = sum((resources) => mebibytes(resources.memory));
    if (nodePools[pool].cpu * 1_000 < cpu || mebibytes(nodePools[pool].memory) < memory) {
      fault(
        `nodePools.${pool}`,
        `ends at ${nodePools[pool].cpu} CPUs and ${nodePools[pool].memory}, but its pods may ask for ` +
          `${Math.ceil(cpu / 1_000)} and ${Math.ceil(memory)}Mi: raise it, or lower the replicas`,
      );
    }
  }
}

function checkAddresses({ aws }: Environment, fault: Fault): void {
  if (aws === undefined) return;
  const { prefix, aligned } = addressRange(aws.vpcCidr);
  const path = "aws.vpcCidr";
  if (!PRIVATE_BLOCKS.some((block) => isWithin(aws.vpcCidr, block))) {
    fault(path, `${aws.vpcCidr} is not private: take a block of ${PRIVATE_BLOCKS.join(", ")}`);
  }
  if (prefix < 16 || prefix > 20) {
    fault(path, `/${prefix} is no size for a VPC with an address for each pod: take /16 to /20`);
  }
  if (!aligned) fault(path, `${aws.vpcCidr} starts inside its block: clear the host bits`);
  if (overlaps(aws.vpcCidr, EKS_SERVICE_BLOCK)) {
    fault(path, `${aws.vpcCidr} overlaps ${EKS_SERVICE_BLOCK}, the cluster's services: move it`);
  }
  if (aws.standby !== undefined && overlaps(aws.vpcCidr, aws.standby.vpcCidr)) {
    fault("aws.standby.vpcCidr", `${aws.standby.vpcCidr} overlaps ${aws.vpcCidr}: move it`);
  }
  if ((aws.natGateways ?? 1) > aws.zones) {
    fault(
      "aws.natGateways",
      `is ${aws.natGateways}, more than the ${aws.zones} zones: lower it, or raise zones`,
    );
  }
  aws.apiAccessCidrs.forEach((cidr, index) => {
    if (addressRange(cidr).prefix >= 16) return;
    fault(`aws.apiAccessCidrs.${index}`, `${cidr} is half the world: name the offices or the VPN`);
  });
}
