import { defineEnvironment, type Environment, type EnvironmentInput } from "@weft/environments";
import { type Aws, contextOf } from "../context.ts";
import { type Estimate, estimate } from "./estimate.ts";
import type { Kind } from "./line.ts";

/** A setting that makes an environment cheaper, and what is given up by it. */
interface Setting {
  readonly of: Kind;
  readonly givesUp: string;
  /** As it would stand in the environment's file; nothing where there is nothing to be saved. */
  readonly change: (env: Environment, aws: Aws) => Change | undefined;
}

interface Change {
  readonly setting: string;
  readonly env: object;
}

/** What a setting would save of an idle month, found by making the environment with it. */
export interface Saving {
  readonly of: Kind;
  readonly setting: string;
  readonly givesUp: string;
  readonly idleUsd: number;
}

const SETTINGS: readonly Setting[] = [
  {
    of: "endpoints",
    givesUp: "one of two zones that are left may fail, instead of two of three",
    change: (_, aws) =>
      aws.zones === 2
        ? undefined
        : { setting: "aws.zones: 2", env: { aws: { ...aws, zones: 2, natGateways: fewer(aws) } } },
  },
  {
    of: "endpoints",
    givesUp:
      "calls to AWS leave the VPC by NAT, encrypted, and share its connections with the ledger's",
    change: (_, aws) => ({
      setting: "aws.interfaceEndpoints: false",
      env: { aws: { ...aws, interfaceEndpoints: false } },
    }),
  },
  {
    of: "nat",
    givesUp: "when the zone of the one gateway fails, the ledger is out of reach for all",
    change: (_, aws) =>
      aws.natGateways === 1
        ? undefined
        : { setting: "aws.natGateways: 1", env: { aws: { ...aws, natGateways: 1 } } },
  },
  {
    of: "systemNodes",
    givesUp: "CPU by credits: operators that are busy for hours get slow, or cost more",
    change: (_, aws) => systemNodes(aws, "t3.large"),
  },
  {
    of: "nodes",
    givesUp: "the liquidator that a burst adds may wait for a node, tens of seconds",
    change: ({ liquidator }) =>
      liquidator.headroomPods === 0
        ? undefined
        : {
            setting: "liquidator.headroomPods: 0",
            env: { liquidator: { ...liquidator, headroomPods: 0 } },
          },
  },
  {
    of: "nodes",
    givesUp: "a burst takes longer to be submitted, within what the environment allows",
    change: ({ liquidator }) => ({
      setting: `liquidator.minReplicas: ${liquidator.minReplicas - 1}`,
      env: { liquidator: { ...liquidator, minReplicas: liquidator.minReplicas - 1 } },
    }),
  },
  {
    of: "logs",
    givesUp: "what happened more than two weeks ago",
    change: (_, aws) =>
      aws.logRetentionDays <= 14
        ? undefined
        : { setting: "aws.logRetentionDays: 14", env: { aws: { ...aws, logRetentionDays: 14 } } },
  },
];

const fewer = ({ natGateways, zones }: Aws) => Math.min(natGateways ?? zones, 2);

function systemNodes(aws: Aws, instanceType: string): Change | undefined {
  if (aws.systemNodes.instanceType === instanceType) return undefined;
  return {
    setting: `aws.systemNodes.instanceType: "${instanceType}"`,
    env: { aws: { ...aws, systemNodes: { ...aws.systemNodes, instanceType } } },
  };
}

const WORTH_SAYING_USD = 1;

/** Each setting that the environment may have and that saves something, the most saving first. */
export async function savingsOf(env: Environment, now: Estimate): Promise<Saving[]> {
  const savings: Saving[] = [];
  for (const { of, givesUp, change } of SETTINGS) {
    const changed = change(env, contextOf(env).aws);
    const cheaper = changed && allowed({ ...env, ...changed.env });
    if (changed === undefined || cheaper === undefined) continue;
    const idleUsd = now.total.idle - (await estimate(cheaper)).total.idle;
    if (idleUsd >= WORTH_SAYING_USD)
      savings.push({ of, setting: changed.setting, givesUp, idleUsd });
  }
  return savings.sort((one, other) => other.idleUsd - one.idleUsd);
}

/** A setting that contradicts another is no advice. */
function allowed(env: object): Environment | undefined {
  try {
    return defineEnvironment(env as EnvironmentInput);
  } catch {
    return undefined;
  }
}
