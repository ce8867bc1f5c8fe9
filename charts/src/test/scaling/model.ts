import type { ScaledObjectSpec, ScalingPolicy, ScalingRules } from "../../resources/keda.ts";

/** The autoscaler's own period, a flag of the controller manager; seconds. */
const HPA_PERIOD = 15;
/** Within this of the target the autoscaler leaves things alone. */
const TOLERANCE = 0.1;
/** KEDA's default where the ScaledObject has none, seconds. */
const DEFAULT_POLLING = 30;
const DEFAULT_COOLDOWN = 300;

export interface Run {
  readonly spec: ScaledObjectSpec;
  /** Messages visible and in work, by second. */
  readonly depth: (second: number) => number;
  readonly startReplicas: number;
  readonly seconds: number;
  /** When the autoscaler first looks, seconds; it does not wait for anybody's queue. */
  readonly firstLook?: number;
}

/** From this second on there are so many replicas. */
export type Step = readonly [second: number, replicas: number];

interface State {
  replicas: number;
  lastActive: number;
  /** What the autoscaler would have had, before limits, and when. */
  readonly wanted: { second: number; replicas: number }[];
  /** What it changed, and when. */
  readonly changes: { second: number; by: number }[];
}

/**
 * KEDA and the autoscaler as they are (platform.md 1.5), second by second.
 *
 * From and to zero KEDA decides, at its own polls: up at the first message, down when none has been seen for the cooldown.
 * From one on the autoscaler decides: ceil(depth / target), held by the stabilization windows, the policies and the bounds.
 */
export function simulate(run: Run): Step[] {
  const { spec, startReplicas, seconds, firstLook = 0 } = run;
  const polling = spec.pollingInterval ?? DEFAULT_POLLING;
  const state: State = { replicas: startReplicas, lastActive: 0, wanted: [], changes: [] };
  const steps: Step[] = [[0, startReplicas]];
  for (let second = 0; second <= seconds; second += 1) {
    const before = state.replicas;
    const depth = run.depth(second);
    if (second > 0 && second % polling === 0) poll(state, spec, second, depth);
    if (second >= firstLook && (second - firstLook) % HPA_PERIOD === 0) {
      look(state, spec, second, depth);
    }
    if (state.replicas !== before) steps.push([second, state.replicas]);
  }
  return steps;
}

function poll(state: State, spec: ScaledObjectSpec, second: number, depth: number): void {
  const active = depth > Number(spec.triggers[0]?.metadata.activationQueueLength);
  if (active) {
    state.lastActive = second;
    if (state.replicas === 0) state.replicas = Math.max(1, spec.minReplicaCount);
    return;
  }
  const idle = second - state.lastActive;
  if (spec.minReplicaCount === 0 && idle > (spec.cooldownPeriod ?? DEFAULT_COOLDOWN)) {
    state.replicas = 0;
  }
}

function look(state: State, spec: ScaledObjectSpec, second: number, depth: number): void {
  const { replicas } = state;
  // Without a replica the autoscaler is off.
  if (replicas === 0) return;
  const target = Number(spec.triggers[0]?.metadata.queueLength);
  const ratio = depth / (target * replicas);
  const wanted = Math.abs(ratio - 1) <= TOLERANCE ? replicas : Math.ceil(depth / target);
  state.wanted.push({ second, replicas: wanted });
  const { scaleUp, scaleDown } = spec.advanced.horizontalPodAutoscalerConfig.behavior;
  const stable = stabilized(state, second, scaleUp, scaleDown);
  const bounded = Math.min(
    spec.maxReplicaCount,
    Math.max(1, spec.minReplicaCount, limited(state, second, stable, scaleUp, scaleDown)),
  );
  if (bounded !== replicas) state.changes.push({ second, by: bounded - replicas });
  state.replicas = bounded;
}

/** Up only as far as every recent look wanted, down only as far as any of them allowed. */
function stabilized(state: State, second: number, up: ScalingRules, down: ScalingRules): number {
  const recent = (window: number) =>
    state.wanted
      .filter((one) => one.second === second || one.second > second - window)
      .map((one) => one.replicas);
  const most = Math.min(...recent(up.stabilizationWindowSeconds));
  const least = Math.max(...recent(down.stabilizationWindowSeconds));
  return Math.min(Math.max(state.replicas, most), least);
}

function limited(
  state: State,
  second: number,
  wanted: number,
  up: ScalingRules,
  down: ScalingRules,
): number {
  const { replicas } = state;
  if (wanted > replicas) {
    return Math.min(wanted, Math.max(...up.policies.map((one) => reach(state, second, one, 1))));
  }
  if (wanted < replicas) {
    return Math.max(wanted, Math.min(...down.policies.map((one) => reach(state, second, one, -1))));
  }
  return replicas;
}

/** How far a policy lets the count go, from where it stood when the policy's period began. */
function reach(state: State, second: number, policy: ScalingPolicy, sign: 1 | -1): number {
  const since = state.changes
    .filter((change) => change.second > second - policy.periodSeconds && change.by * sign > 0)
    .reduce((sum, change) => sum + change.by, 0);
  const start = state.replicas - since;
  if (policy.type === "Pods") return start + sign * policy.value;
  const moved = start * (1 + (sign * policy.value) / 100);
  return sign > 0 ? Math.ceil(moved) : Math.floor(moved);
}

/** A depth that changes at the given seconds. */
export function depthOf(steps: readonly (readonly [second: number, depth: number])[]) {
  return (second: number) => steps.findLast(([from]) => from <= second)?.[1] ?? 0;
}
