import { type Environment, kind, mainnet, stokenet, warmDrainSeconds } from "@weft/environments";
import { describe, expect, test } from "vitest";
import type { ScaledObjectSpec } from "../resources/keda.ts";
import { find, manifestsOf } from "./manifests.ts";
import { depthOf, simulate } from "./scaling/model.ts";

function specOf(env: Environment, name: string): ScaledObjectSpec {
  return find<{ spec: ScaledObjectSpec }>(manifestsOf(env), "ScaledObject", name).spec;
}

const recorded: Omit<ScaledObjectSpec, "triggers"> = {
  scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "worker" },
  pollingInterval: 5,
  cooldownPeriod: 20,
  minReplicaCount: 0,
  maxReplicaCount: 10,
  fallback: { failureThreshold: 3, replicas: 1, behavior: "static" },
  advanced: {
    horizontalPodAutoscalerConfig: {
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: "Max",
          policies: [
            { type: "Percent", value: 100, periodSeconds: 15 },
            { type: "Pods", value: 4, periodSeconds: 15 },
          ],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          selectPolicy: "Max",
          policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
        },
      },
    },
  },
};

describe("the model, held against a real cluster", () => {
  test("twelve messages at five per replica: 0, 1 after 5 s, 3 after 17 s, 0 some 20 s after a purge", () => {
    // The record (KEDA 2.20.2 on Kubernetes 1.34): a poll each 5 s, 20 s of cooldown, the autoscaler's own defaults.
    const [trigger] = specOf(kind, "indexer").triggers;
    const spec = { ...recorded, triggers: trigger === undefined ? [] : [trigger] };
    const depth = depthOf([
      [0, 12],
      [60, 0],
    ]);
    // When the autoscaler looked is the only thing the record does not tell; the second step gives it.
    expect(simulate({ spec, depth, startReplicas: 0, seconds: 120, firstLook: 2 })).toEqual([
      [0, 0],
      [5, 1],
      [17, 3],
      [80, 0],
    ]);
  });

  test("within a tenth of the target nothing moves", () => {
    const spec = specOf(mainnet, "indexer");
    const run = { spec, startReplicas: 2, seconds: 60 };
    expect(simulate({ ...run, depth: () => 65 })).toEqual([[0, 2]]);
    expect(simulate({ ...run, depth: () => 67 })).toEqual([
      [0, 2],
      [0, 3],
    ]);
  });
});

describe("indexers", () => {
  test("today's book of three batches leaves the baseline alone", () => {
    const spec = specOf(mainnet, "indexer");
    expect(simulate({ spec, depth: () => 3, startReplicas: 1, seconds: 600 })).toEqual([[0, 1]]);
  });

  test("a book of 100,000 goes from one replica to four at the autoscaler's next look, and back two minutes after", () => {
    const spec = specOf(mainnet, "indexer");
    const depth = depthOf([
      [5, 200],
      [40, 0],
    ]);
    expect(simulate({ spec, depth, startReplicas: 1, seconds: 400 })).toEqual([
      [0, 1],
      [15, 4],
      [150, 1],
    ]);
  });

  test("a queue that drains slowly is not left: messages in work count", () => {
    const spec = specOf(mainnet, "indexer");
    const depth = depthOf([
      [5, 100],
      [60, 4],
    ]);
    expect(simulate({ spec, depth, startReplicas: 1, seconds: 400 })).toEqual([
      [0, 1],
      [15, 4],
      [165, 1],
    ]);
  });
});

test("on kind the indexers are seen to come and to go", () => {
  const depth = depthOf([
    [3, 46],
    [30, 8],
    [45, 0],
  ]);
  const spec = specOf(kind, "indexer");
  expect(simulate({ spec, depth, startReplicas: 0, seconds: 180 })).toEqual([
    [0, 0],
    [5, 1],
    [15, 3],
    [45, 2],
    [60, 1],
    [65, 0],
  ]);
});

describe("liquidators", () => {
  test("the design burst is submitted by what is already warm", () => {
    const { designBurst, minReplicas, executorsPerPod } = mainnet.liquidator;
    expect([designBurst.candidates, minReplicas * executorsPerPod]).toEqual([1_500, 40]);
    expect(warmDrainSeconds(mainnet.liquidator)).toBeCloseTo(16.34, 6);
    expect(designBurst.submittedWithinSeconds).toBe(25);
  });

  test("on mainnet a burst takes the fifth pod at once, and keeps it for five minutes", () => {
    const spec = specOf(mainnet, "liquidator");
    const depth = depthOf([
      [10, 1_500],
      [27, 60],
      [40, 0],
    ]);
    expect(simulate({ spec, depth, startReplicas: 4, seconds: 700 })).toEqual([
      [0, 4],
      [15, 5],
      [330, 4],
    ]);
  });

  test("a second wave finds the pods of the first", () => {
    const spec = specOf(mainnet, "liquidator");
    const depth = depthOf([
      [10, 1_500],
      [40, 0],
      [250, 1_500],
      [280, 0],
    ]);
    expect(simulate({ spec, depth, startReplicas: 4, seconds: 700 })).toEqual([
      [0, 4],
      [15, 5],
      [570, 4],
    ]);
  });

  test("a quiet market keeps what is warm", () => {
    const spec = specOf(mainnet, "liquidator");
    expect(simulate({ spec, depth: () => 0, startReplicas: 4, seconds: 3_600 })).toEqual([[0, 4]]);
  });

  test("stokenet goes from one to two, and gives one back", () => {
    const spec = specOf(stokenet, "liquidator");
    const depth = depthOf([
      [10, 300],
      [40, 0],
    ]);
    expect(simulate({ spec, depth, startReplicas: 1, seconds: 700 })).toEqual([
      [0, 1],
      [15, 2],
      [330, 1],
    ]);
  });

  test("on kind a crash is seen as three pods, one of them leaving each minute", () => {
    const spec = specOf(kind, "liquidator");
    const depth = depthOf([
      [10, 40],
      [50, 0],
    ]);
    expect(simulate({ spec, depth, startReplicas: 1, seconds: 300 })).toEqual([
      [0, 1],
      [15, 3],
      [75, 2],
      [135, 1],
    ]);
  });
});
