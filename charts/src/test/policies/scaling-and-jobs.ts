import { MAX_EXECUTORS } from "@weft/environments";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type { ICronJob } from "kubernetes-models/batch/v1";
import type { ScaledObjectSpec } from "../../resources/keda.ts";
import { find, type Manifest, ofKind, titleOf } from "../manifests.ts";
import { cronJob, deployment, firstContainer, type Policy, remove } from "./policy.ts";

interface ScaledObject extends Manifest {
  readonly spec: ScaledObjectSpec;
}

const scaledObjects = (manifests: readonly Manifest[]) =>
  ofKind<ScaledObject>(manifests, "ScaledObject");

function targetOf(manifests: readonly Manifest[], { spec, metadata }: ScaledObject) {
  return ofKind<IDeployment>(manifests, "Deployment").find(
    (candidate) =>
      candidate.metadata?.name === spec.scaleTargetRef.name &&
      candidate.metadata.namespace === metadata.namespace,
  );
}

function jobOf({ spec }: ICronJob) {
  return spec?.jobTemplate.spec;
}

const cronJobs = (manifests: readonly Manifest[]) =>
  ofKind<ICronJob & Manifest>(manifests, "CronJob");

export const scalingAndJobs: readonly Policy[] = [
  {
    name: "what is scaled exists",
    findings: (manifests) =>
      scaledObjects(manifests)
        .filter((scaled) => targetOf(manifests, scaled) === undefined)
        .map(titleOf),
    plant: (manifests) => {
      const { spec } = find<ScaledObject>(manifests, "ScaledObject", "indexer");
      Object.assign(spec.scaleTargetRef, { name: "indexers" });
    },
  },
  {
    name: "what is scaled does not say how many replicas it has",
    findings: (manifests) =>
      scaledObjects(manifests)
        .filter((scaled) => targetOf(manifests, scaled)?.spec?.replicas !== undefined)
        .map(titleOf),
    plant: (manifests) => {
      Object.assign(deployment(manifests, "indexer").spec, { replicas: 2 });
    },
  },
  {
    name: "what scales can ask how deep its queue is",
    findings: (manifests) => {
      const known = ofKind(manifests, "TriggerAuthentication").map(titleOf);
      return scaledObjects(manifests).flatMap((scaled) =>
        scaled.spec.triggers
          .map(({ authenticationRef }) => authenticationRef.name)
          .filter(
            (name) => !known.includes(`TriggerAuthentication ${scaled.metadata.namespace}/${name}`),
          )
          .map((name) => `${titleOf(scaled)}: ${name}`),
      );
    },
    plant: (manifests) => remove(manifests, "TriggerAuthentication", "sqs"),
  },
  {
    name: "there are never more executors than the cap, rollouts included",
    findings: (manifests) => {
      const executors = firstContainer(manifests, "liquidator").env?.find(
        ({ name }) => name === "EXECUTORS",
      );
      const { spec } = deployment(manifests, "liquidator");
      const surge = Number(spec.strategy?.rollingUpdate?.maxSurge ?? 1);
      const { maxReplicaCount } = find<ScaledObject>(manifests, "ScaledObject", "liquidator").spec;
      const most = Number(executors?.value) * (maxReplicaCount + surge);
      return most <= MAX_EXECUTORS ? [] : [`${most} executors`];
    },
    plant: (manifests) => {
      const { rollingUpdate } = deployment(manifests, "liquidator").spec.strategy ?? {};
      if (rollingUpdate) rollingUpdate.maxSurge = 1;
    },
  },
  {
    name: "a run does not start beside another",
    findings: (manifests) =>
      cronJobs(manifests)
        .filter(({ spec }) => spec?.concurrencyPolicy !== "Forbid")
        .map(titleOf),
    plant: (manifests) => {
      Object.assign(cronJob(manifests).spec ?? {}, { concurrencyPolicy: "Allow" });
    },
  },
  {
    name: "a run that is late by the controller's own period is not skipped",
    findings: (manifests) =>
      cronJobs(manifests)
        .filter(({ spec }) => (spec?.startingDeadlineSeconds ?? 0) < 60)
        .map(titleOf),
    plant: (manifests) => {
      Object.assign(cronJob(manifests).spec ?? {}, { startingDeadlineSeconds: 10 });
    },
  },
  {
    name: "a Job ends, gives up, and goes away",
    findings: (manifests) =>
      cronJobs(manifests)
        .filter((cron) => {
          const { activeDeadlineSeconds, backoffLimit, ttlSecondsAfterFinished } =
            jobOf(cron) ?? {};
          return !(activeDeadlineSeconds && backoffLimit && ttlSecondsAfterFinished);
        })
        .map(titleOf),
    plant: (manifests) => {
      delete jobOf(cronJob(manifests))?.ttlSecondsAfterFinished;
    },
  },
  {
    name: "a Job holds its node for a bounded time only",
    findings: (manifests, env) =>
      cronJobs(manifests)
        .filter((cron) => {
          const annotations = jobOf(cron)?.template.metadata?.annotations;
          const hold = annotations?.["karpenter.sh/do-not-disrupt"];
          return env.aws === undefined ? hold !== undefined : !/^\d+[smh]$/.test(hold ?? "");
        })
        .map(titleOf),
    plant: (manifests) => {
      const metadata = jobOf(cronJob(manifests))?.template.metadata;
      if (metadata) metadata.annotations = { "karpenter.sh/do-not-disrupt": "true" };
    },
  },
];
