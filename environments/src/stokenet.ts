import { defineEnvironment } from "./schema.ts";
import { grafanaCloud, registry, repository } from "./shared.ts";

const place = { region: "eu-west-1", vpcCidr: "10.44.0.0/16", bucketSuffix: "9f2c41" };
const size = { zones: 2, natGateways: 1 };

/** The public test network: the whole machinery, small. */
export const stokenet = defineEnvironment({
  name: "stokenet",
  network: "stokenet",
  images: { registry },
  aws: { ...place, ...size, retainData: false, logRetentionDays: 14, monthlyBudgetUsd: 600 },
  indexer: { maxReplicas: 2 },
  liquidator: { minReplicas: 1, maxReplicas: 2, designBurst: { candidates: 300 } },
  telemetry: grafanaCloud,
  delivery: repository,
});
