import { k8s } from "cdk8s-plus-29";
import type { Construct } from "constructs";
import { serviceAccount } from "../constructs/identity.ts";
import { metadataOf } from "../constructs/metadata.ts";
import { allowFlows } from "../constructs/network-policy.ts";
import { programEgress } from "../constructs/program-flows.ts";
import { programPod } from "../constructs/program-pod.ts";
import type { Context } from "../context.ts";
import { commonVariables, type Variables } from "../variables.ts";

const NAME = "dispatcher";
/** Longer than the controller's own period of 10 s, or a tick that is late would be skipped. */
const STARTING_DEADLINE_SECONDS = 120;
/** Long enough to look at a run that failed, seconds. */
const KEEP_FINISHED_SECONDS = 3_600;
/** Exit code of a program that would fail again: a bad variable, not a bad day. */
const EXIT_PERMANENT = 1;

/**
 * Cuts the book into batches, every few minutes, and exits.
 * `kubectl create job --from=cronjob/dispatcher` gives an extra run at once. A run is named by the minute at the end of its
 * Job's name (charts/README.md); under another name it repeats the run of the interval that it falls in.
 */
export function dispatcher(scope: Construct, context: Context): void {
  const { env, names } = context;
  const { everyMinutes, timeZone } = env.dispatcher;
  const object = {
    name: NAME,
    namespace: names.namespaces.workloads,
    component: "dispatching" as const,
  };
  serviceAccount(scope, object);
  allowFlows(scope, object, { ingress: [], egress: programEgress(context) });
  new k8s.KubeCronJob(scope, "cron-job", {
    metadata: metadataOf(object),
    spec: {
      schedule: everyMinutes === 1 ? "* * * * *" : `*/${everyMinutes} * * * *`,
      timeZone,
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: STARTING_DEADLINE_SECONDS,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 5,
      jobTemplate: { metadata: { labels: metadataOf(object).labels ?? {} }, spec: job(context) },
    },
  });
}

function job(context: Context): k8s.JobSpec {
  const { env } = context;
  const { resources, terminationGraceSeconds, activeDeadlineSeconds } = env.dispatcher;
  return {
    backoffLimit: 2,
    activeDeadlineSeconds,
    ttlSecondsAfterFinished: KEEP_FINISHED_SECONDS,
    podFailurePolicy: {
      rules: [
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        {
          action: "FailJob",
          onExitCodes: { containerName: NAME, operator: "In", values: [EXIT_PERMANENT] },
        },
      ],
    },
    template: programPod({
      context,
      name: NAME,
      kind: "task",
      component: "dispatching",
      priority: "weft-standard",
      placement: "on-demand",
      resources,
      terminationGraceSeconds,
      variables: dispatchVariables(context),
      references: [jobName()],
      // For as long as a run may take: a hung one must not hold its node.
      ...(env.aws === undefined
        ? {}
        : { annotations: { "karpenter.sh/do-not-disrupt": `${activeDeadlineSeconds}s` } }),
    }),
  };
}

function dispatchVariables(context: Context): Variables {
  const { env, names } = context;
  return {
    ...commonVariables(context),
    // A handful of requests, before its own batches are there to be read.
    GATEWAY_MAX_IN_FLIGHT: "1",
    GATEWAY_REQUESTS_PER_SECOND: "10",
    INDEX_QUEUE: names.queues.index,
    BATCH_SIZE: String(env.dispatcher.batchSize),
    DISPATCH_INTERVAL_SECONDS: String(env.dispatcher.everyMinutes * 60),
  };
}

/** Ends with the minute at which the run was due, the same for every try: a run keeps its name. */
function jobName(): k8s.EnvVar {
  const fieldPath = "metadata.labels['batch.kubernetes.io/job-name']";
  return { name: "JOB_NAME", valueFrom: { fieldRef: { fieldPath } } };
}
