import { defineEnvironment } from "./schema.ts";
import { grafanaCloud, registry, repository } from "./shared.ts";

/** Where the money is: the schema's own numbers are made for it. */
export const mainnet = defineEnvironment({
  name: "mainnet",
  network: "mainnet",
  images: { registry },
  aws: {
    region: "eu-west-1",
    vpcCidr: "10.42.0.0/16",
    standby: { region: "eu-central-1", vpcCidr: "10.43.0.0/16" },
    bucketSuffix: "7be1d0",
    ownsAccount: true,
  },
  telemetry: grafanaCloud,
  delivery: repository,
});
