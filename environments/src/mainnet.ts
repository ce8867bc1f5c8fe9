import { place } from "./place.ts";
import { defineEnvironment } from "./schema.ts";
import { grafanaCloud, registry, repository } from "./shared.ts";

/** Where it may live, and the addresses kept for it there. */
const blocks = { "eu-west-1": "10.42.0.0/16", "eu-central-1": "10.43.0.0/16" };

/** Where the money is: the schema's own numbers are made for it. */
export const mainnet = defineEnvironment({
  name: "mainnet",
  network: "mainnet",
  images: { registry },
  aws: { ...place("eu-west-1", blocks), bucketSuffix: "7be1d0", ownsAccount: true },
  telemetry: grafanaCloud,
  // Moved by delivery, when a release has been seen to work on stokenet and somebody has said yes.
  delivery: { ...repository, revision: "mainnet" },
});
