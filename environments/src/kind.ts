import { defineEnvironment } from "./schema.ts";

const resources = { cpu: "100m", memory: "384Mi" };
const indexing = { minReplicas: 0, maxReplicas: 3, messagesPerReplica: 5, scaleInAfterSeconds: 20 };
const scaling = { minReplicas: 1, maxReplicas: 3, executorsPerPod: 4, scaleInAfterSeconds: 20 };
const signing = { signer: "file", dryRun: false, headroomPods: 0 } as const;
const designBurst = { candidates: 200 };

/** A cluster on one machine: small batches and thresholds, so that scaling is seen on a thousand CDPs. */
export const kind = defineEnvironment({
  name: "kind",
  network: "simulator",
  images: { tag: "dev" },
  dispatcher: { everyMinutes: 1, batchSize: 25, activeDeadlineSeconds: 50 },
  indexer: { ...indexing, resources },
  liquidator: { ...scaling, ...signing, designBurst, resources },
});
