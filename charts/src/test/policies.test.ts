import { defineEnvironment, mainnet } from "@weft/environments";
import { describe, expect, test } from "vitest";
import { ENVIRONMENTS, manifestsOf } from "./manifests.ts";
import { availability } from "./policies/availability.ts";
import { identityAndSecrets } from "./policies/identity-and-secrets.ts";
import { imagesAndResources } from "./policies/images-and-resources.ts";
import { network } from "./policies/network.ts";
import { objects } from "./policies/objects.ts";
import { podSecurity } from "./policies/pod-security.ts";
import type { Policy } from "./policies/policy.ts";
import { scalingAndJobs } from "./policies/scaling-and-jobs.ts";

const POLICIES: readonly Policy[] = [
  ...imagesAndResources,
  ...podSecurity,
  ...identityAndSecrets,
  ...network,
  ...availability,
  ...scalingAndJobs,
  ...objects,
];

/** Not one of ours: an environment that says no more than it must. */
const canary = defineEnvironment({
  name: "canary",
  network: "mainnet",
  images: { registry: "registry.example.org/weft" },
  aws: { region: "eu-central-1", vpcCidr: "10.48.0.0/16", bucketSuffix: "c4a2" },
});

describe.each([...Object.values(ENVIRONMENTS), canary])("$name", (env) => {
  const manifests = manifestsOf(env);

  test.each(POLICIES)("$name", ({ findings }) => {
    expect(findings(manifests, env)).toEqual([]);
  });
});

describe("a planted fault breaks its rule, and no other", () => {
  const manifests = manifestsOf(mainnet);

  test.each(POLICIES)("$name", ({ name, plant }) => {
    const faulty = structuredClone(manifests);
    plant(faulty);
    const broken = POLICIES.filter(({ findings }) => findings(faulty, mainnet).length > 0);
    expect(broken.map((policy) => policy.name)).toEqual([name]);
  });
});
