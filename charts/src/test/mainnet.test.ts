import { mainnet } from "@weft/environments";
import type { IDeployment } from "kubernetes-models/apps/v1";
import { describe, expect, test } from "vitest";
import { find, type Manifest, manifestsOf } from "./manifests.ts";

describe("what matters, as it is rendered for mainnet", () => {
  const manifests = manifestsOf(mainnet);

  test("the indexer's scaling", () => {
    expect(
      find<{ spec: unknown }>(manifests, "ScaledObject", "indexer").spec,
    ).toMatchInlineSnapshot(`
      {
        "advanced": {
          "horizontalPodAutoscalerConfig": {
            "behavior": {
              "scaleDown": {
                "policies": [
                  {
                    "periodSeconds": 15,
                    "type": "Percent",
                    "value": 100,
                  },
                ],
                "selectPolicy": "Max",
                "stabilizationWindowSeconds": 120,
              },
              "scaleUp": {
                "policies": [
                  {
                    "periodSeconds": 15,
                    "type": "Pods",
                    "value": 4,
                  },
                  {
                    "periodSeconds": 15,
                    "type": "Percent",
                    "value": 100,
                  },
                ],
                "selectPolicy": "Max",
                "stabilizationWindowSeconds": 0,
              },
            },
          },
        },
        "fallback": {
          "behavior": "currentReplicasIfHigher",
          "failureThreshold": 3,
          "replicas": 1,
        },
        "maxReplicaCount": 4,
        "minReplicaCount": 1,
        "scaleTargetRef": {
          "apiVersion": "apps/v1",
          "kind": "Deployment",
          "name": "indexer",
        },
        "triggers": [
          {
            "authenticationRef": {
              "name": "sqs",
            },
            "metadata": {
              "activationQueueLength": "0",
              "awsRegion": "eu-west-1",
              "queueLength": "30",
              "queueURL": "weft-mainnet-index",
              "scaleOnInFlight": "true",
            },
            "metricType": "AverageValue",
            "name": "depth",
            "type": "aws-sqs-queue",
          },
        ],
      }
    `);
  });

  test("the liquidator's scaling", () => {
    expect(
      find<{ spec: unknown }>(manifests, "ScaledObject", "liquidator").spec,
    ).toMatchInlineSnapshot(`
      {
        "advanced": {
          "horizontalPodAutoscalerConfig": {
            "behavior": {
              "scaleDown": {
                "policies": [
                  {
                    "periodSeconds": 60,
                    "type": "Pods",
                    "value": 1,
                  },
                ],
                "selectPolicy": "Max",
                "stabilizationWindowSeconds": 300,
              },
              "scaleUp": {
                "policies": [
                  {
                    "periodSeconds": 15,
                    "type": "Pods",
                    "value": 10,
                  },
                  {
                    "periodSeconds": 15,
                    "type": "Percent",
                    "value": 400,
                  },
                ],
                "selectPolicy": "Max",
                "stabilizationWindowSeconds": 0,
              },
            },
          },
        },
        "fallback": {
          "behavior": "currentReplicasIfHigher",
          "failureThreshold": 3,
          "replicas": 4,
        },
        "maxReplicaCount": 5,
        "minReplicaCount": 4,
        "scaleTargetRef": {
          "apiVersion": "apps/v1",
          "kind": "Deployment",
          "name": "liquidator",
        },
        "triggers": [
          {
            "authenticationRef": {
              "name": "sqs",
            },
            "metadata": {
              "activationQueueLength": "0",
              "awsRegion": "eu-west-1",
              "queueLength": "10",
              "queueURL": "weft-mainnet-liquidation.fifo",
              "scaleOnInFlight": "true",
            },
            "metricType": "AverageValue",
            "name": "depth",
            "type": "aws-sqs-queue",
          },
        ],
      }
    `);
  });

  test("the dispatcher's schedule", () => {
    const { jobTemplate: _, ...schedule } = find<{ spec: { jobTemplate: unknown } }>(
      manifests,
      "CronJob",
      "dispatcher",
    ).spec;
    expect(schedule).toMatchInlineSnapshot(`
      {
        "concurrencyPolicy": "Forbid",
        "failedJobsHistoryLimit": 5,
        "schedule": "*/5 * * * *",
        "startingDeadlineSeconds": 120,
        "successfulJobsHistoryLimit": 3,
        "timeZone": "Etc/UTC",
      }
    `);
  });

  test("the liquidator's rollout: one goes before the next comes", () => {
    const { spec } = find<IDeployment>(manifests, "Deployment", "liquidator");
    expect(spec?.strategy?.rollingUpdate).toEqual({ maxSurge: 0, maxUnavailable: 1 });
    expect(spec?.replicas).toBeUndefined();
  });

  test("where the indexer may run", () => {
    const { affinity, tolerations } =
      find<IDeployment>(manifests, "Deployment", "indexer").spec?.template.spec ?? {};
    expect({ affinity, tolerations }).toMatchInlineSnapshot(`
      {
        "affinity": {
          "nodeAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
              {
                "preference": {
                  "matchExpressions": [
                    {
                      "key": "karpenter.sh/capacity-type",
                      "operator": "In",
                      "values": [
                        "spot",
                      ],
                    },
                  ],
                },
                "weight": 100,
              },
            ],
            "requiredDuringSchedulingIgnoredDuringExecution": {
              "nodeSelectorTerms": [
                {
                  "matchExpressions": [
                    {
                      "key": "weft.finance/pool",
                      "operator": "Exists",
                    },
                  ],
                },
              ],
            },
          },
        },
        "tolerations": [
          {
            "effect": "NoSchedule",
            "key": "weft.finance/burst",
            "operator": "Equal",
            "value": "true",
          },
        ],
      }
    `);
  });

  test("the order of a sync", () => {
    const wave = ({ metadata }: Manifest) =>
      Number(metadata.annotations?.["argocd.argoproj.io/sync-wave"]);
    const waves = (...kinds: string[]) =>
      new Set(manifests.filter(({ kind: own }) => kinds.includes(own)).map(wave));
    expect([...waves("Namespace", "ResourceQuota")]).toEqual([-10]);
    expect([...waves("Application")]).toEqual([-5]);
    expect([...waves("NetworkPolicy", "ConfigMap", "ServiceAccount")]).toEqual([0]);
    expect([...waves("Deployment", "CronJob")]).toEqual([5]);
    expect([...waves("ScaledObject")]).toEqual([10]);
  });
});
