import { defineEnvironment } from "./schema.ts";

const resources = { cpu: "100m", memory: "384Mi" };
const scaling = { minReplicas: 1, maxReplicas: 3, executorsPerPod: 4, headroomPods: 0 };

/** A cluster on one machine: small batches and thresholds, so that scaling is seen on a thousand CDPs. */
export const kind = defineEnvironment({
  name: "kind",
  network: "simulator",
  images: { tag: "dev" },
  dispatcher: { everyMinutes: 1, batchSize: 25, activeDeadlineSeconds: 50 },
  indexer: { minReplicas: 0, maxReplicas: 3, messagesPerReplica: 5, resources },
  liquidator: {
    ...scaling,
    signer: "file",
    dryRun: false,
    designBurst: { candidates: 200 },
    resources,
  },
});
