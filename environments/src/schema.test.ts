import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { EnvironmentInput } from "./fields.ts";
import { kind } from "./kind.ts";
import { mainnet } from "./mainnet.ts";
import { defineEnvironment } from "./schema.ts";
import { stokenet } from "./stokenet.ts";

/** All that a further environment needs to say. */
const further: EnvironmentInput = {
  name: "canary",
  network: "mainnet",
  images: { registry: "000000000000.dkr.ecr.eu-west-1.amazonaws.com/weft" },
  aws: { region: "eu-central-1", vpcCidr: "10.48.0.0/16", bucketSuffix: "c4a2" },
};

const local: EnvironmentInput = { name: "local", network: "simulator" };

function faultsOf(input: EnvironmentInput): string[] {
  try {
    defineEnvironment(input);
    return [];
  } catch (error) {
    return (error as Error).message.split("\n").slice(1);
  }
}

test.each(["kind", "stokenet", "mainnet"])("%s is a file of at most 20 lines", async (name) => {
  const text = await readFile(new URL(`${name}.ts`, import.meta.url), "utf8");
  expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(20);
});

test("a fourth environment needs no more than its name, ledger, registry and place in AWS", () => {
  const canary = defineEnvironment(further);
  expect(JSON.stringify(further, undefined, 2).split("\n").length).toBeLessThanOrEqual(20);
  expect(canary.indexer.messagesPerReplica).toBe(30);
  expect(canary.liquidator.dryRun).toBe(true);
  expect(canary.dispatcher).toMatchObject({ everyMinutes: 5, batchSize: 500 });
});

test("mainnet keeps 40 executors warm and never has more than 50", () => {
  const { executorsPerPod, minReplicas, maxReplicas, surge } = mainnet.liquidator;
  expect(executorsPerPod * minReplicas).toBe(40);
  expect(executorsPerPod * (maxReplicas + surge)).toBe(50);
});

test("only kind holds a signing key in the cluster", () => {
  expect([kind, stokenet, mainnet].map((env) => env.liquidator.signer)).toEqual([
    "file",
    "none",
    "none",
  ]);
});

describe("a contradiction is named with its field and its remedy", () => {
  test.each<[string, EnvironmentInput, string]>([
    [
      "executors over the cap",
      { ...further, liquidator: { executorsPerPod: 11 } },
      "liquidator.executorsPerPod: makes 55 executors on 5 pods and 0 of a rollout, over the cap of 50: lower executorsPerPod, maxReplicas or surge",
    ],
    [
      "an agreement as wide as the band",
      { ...further, priceGuard: { agreement: "0.2" } },
      "priceGuard.agreement: is 0.2, not below the band of 0.2: prices that walk away would agree with each other",
    ],
    [
      "a reference source that no pod on AWS can reach",
      { ...further, priceGuard: { referenceUrl: "http://prices.internal:8080/" } },
      "priceGuard.referenceUrl: is http://prices.internal:8080/, but pods on AWS reach the world by HTTPS on port 443 alone: serve it there",
    ],
    [
      "a reference source on another port",
      { ...further, priceGuard: { referenceUrl: "https://prices.example.org:8443/" } },
      "priceGuard.referenceUrl: is https://prices.example.org:8443/, but pods on AWS reach the world by HTTPS on port 443 alone: serve it there",
    ],
    [
      "a window longer than fire is held",
      { ...further, liquidator: { epochWindow: 3 } },
      "liquidator.holdFireEpochs: is 2, less than epochWindow 3: an intent could still be open when fire is opened; raise it",
    ],
    [
      "executors over the cap during a rollout only",
      { ...further, liquidator: { surge: 1 } },
      "liquidator.executorsPerPod: makes 60 executors on 5 pods and 1 of a rollout, over the cap of 50: lower executorsPerPod, maxReplicas or surge",
    ],
    [
      "a grace period shorter than the drain",
      { ...further, liquidator: { terminationGraceSeconds: 30 } },
      "liquidator.terminationGraceSeconds: is 30 s, no longer than the drain (30 s): the pod would be killed at work; raise it",
    ],
    [
      "a dispatcher that is killed while it stops",
      { ...further, dispatcher: { terminationGraceSeconds: 10 } },
      "dispatcher.terminationGraceSeconds: is 10 s, no longer than the drain (20 s): the pod would be killed at work; raise it",
    ],
    [
      "a grace period that Spot does not give",
      { ...further, indexer: { terminationGraceSeconds: 120 } },
      "indexer.terminationGraceSeconds: is 120 s, but Spot gives 120 s of notice: lower it",
    ],
    [
      "a visibility shorter than the work",
      { ...further, indexer: { visibilityTimeoutSeconds: 60 } },
      "indexer.visibilityTimeoutSeconds: is 60 s, no longer than the work (60 s): another pod would be given a message still in work; raise it",
    ],
    [
      "a spend ceiling below the design burst",
      { ...further, liquidator: { spendCeilingXrdPerHour: "14999.9" } },
      "liquidator.spendCeilingXrdPerHour: is 14999.9 XRD, but the design burst may cost 15000 XRD (1500 fees of 10): raise it, or lower feeLockXrd or designBurst.candidates",
    ],
    [
      "too little warm for the design burst",
      { ...further, liquidator: { minReplicas: 2 } },
      "liquidator.minReplicas: keeps 20 executors warm, which take 32.3 s for the design burst instead of 25 s: raise it, or executorsPerPod",
    ],
    [
      "more replicas at least than at most",
      { ...further, indexer: { minReplicas: 5 } },
      "indexer.minReplicas: is 5, more than maxReplicas 4: lower it, or raise maxReplicas",
    ],
    [
      "executors without messages",
      { ...further, liquidator: { messagesInFlight: 9 } },
      "liquidator.messagesInFlight: is 9, fewer than executorsPerPod 10: raise it, or executors stay idle",
    ],
    [
      "a run that may hang over the next",
      { ...further, dispatcher: { everyMinutes: 4 } },
      "dispatcher.activeDeadlineSeconds: is 240 s, as long as the interval (240 s): a hung run would cost the next one; lower it",
    ],
    [
      "a gateway budget that leaves a pod without",
      { ...further, gateway: { indexingInFlight: 4 } },
      "gateway.indexingInFlight: is 4 for up to 5 pods: raise it, or lower maxReplicas, or a pod gets none",
    ],
    [
      "a lane for finality that leaves a pod without",
      { ...further, gateway: { finalityInFlight: 4 } },
      "gateway.finalityInFlight: is 4 for up to 5 pods: raise it, or lower maxReplicas, or a pod gets none",
    ],
    [
      "transactions without a signer",
      { ...further, liquidator: { dryRun: false } },
      "liquidator.signer: is none: set dryRun, or give a signer",
    ],
    [
      "a key in a cluster on AWS",
      { ...further, liquidator: { signer: "file" } },
      "liquidator.signer: is file: on AWS a key never lies in the cluster; use kms or none",
    ],
    [
      "a key in KMS without its account",
      { ...further, liquidator: { signer: "kms", dryRun: false } },
      "liquidator.account: is not set, with signer kms: name the account of the key, so that no other key signs",
    ],
    [
      "a key in KMS without AWS",
      { ...local, liquidator: { signer: "kms", account: "account_sim1" } },
      "liquidator.signer: is kms, but there is no aws: add it, or use file",
    ],
    [
      "a public ledger without AWS",
      { ...local, network: "stokenet" },
      "network: is stokenet, but there is no aws: add it, or take network simulator",
    ],
    [
      "a simulator on AWS",
      { ...further, network: "simulator" },
      "network: is simulator, which lives in the local stack: remove aws",
    ],
    [
      "delivery without Argo CD",
      { ...local, delivery: { repositoryUrl: "https://example.org/weft.git" } },
      "delivery: needs External Secrets or Argo CD, which come with aws: remove it",
    ],
    [
      "nowhere to pull images from",
      { ...further, images: {} },
      "images.registry: weft has no host: nodes on AWS pull their images; name the registry",
    ],
    [
      "a cost ceiling under what may run",
      { ...further, nodePools: { burst: { cpu: 4 } } },
      "nodePools.burst: ends at 4 CPUs and 128Gi, but its pods may ask for 6 and 4224Mi: raise it, or lower the replicas",
    ],
  ])("%s", (_, input, fault) => {
    const faults = faultsOf(input);
    expect(faults).toContain(`  ${fault}`);
  });

  test.each([
    [
      "8.8.0.0/16",
      "8.8.0.0/16 is not private: take a block of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16",
    ],
    ["10.0.0.0/8", "/8 is no size for a VPC with an address for each pod: take /16 to /20"],
    ["10.42.0.0/24", "/24 is no size for a VPC with an address for each pod: take /16 to /20"],
    ["10.42.1.0/16", "10.42.1.0/16 starts inside its block: clear the host bits"],
    ["172.20.0.0/16", "172.20.0.0/16 overlaps 172.20.0.0/16, the cluster's services: move it"],
  ])("the VPC %s", (vpcCidr, fault) => {
    const aws = { region: "eu-west-1", vpcCidr, bucketSuffix: "c4a2" };
    expect(faultsOf({ ...further, aws })).toEqual([`  aws.vpcCidr: ${fault}`]);
  });

  test("an API server open to the world", () => {
    const aws = { ...further.aws, apiAccessCidrs: ["203.0.113.0/24", "0.0.0.0/0"] };
    expect(faultsOf({ ...further, aws } as EnvironmentInput)).toEqual([
      "  aws.apiAccessCidrs.1: 0.0.0.0/0 is half the world: name the offices or the VPN",
    ]);
  });
});

test.each([
  [
    { zones: 2, natGateways: 3 },
    "aws.natGateways: is 3, more than the 2 zones: lower it, or raise zones",
  ],
  [
    { standby: { region: "eu-west-2", vpcCidr: "10.48.16.0/20" } },
    "aws.standby.vpcCidr: 10.48.16.0/20 overlaps 10.48.0.0/16: move it",
  ],
])("a network that does not add up is named: %j", (network, fault) => {
  const aws = { region: "eu-central-1", vpcCidr: "10.48.0.0/16", bucketSuffix: "c4a2", ...network };
  expect(faultsOf({ ...further, aws })).toEqual([`  ${fault}`]);
});

test("every fault is named, not just the first", () => {
  const faults = faultsOf({
    ...further,
    liquidator: { surge: 1, spendCeilingXrdPerHour: "1", dryRun: false },
  });
  expect(faults).toHaveLength(3);
});

test("a misspelt field is refused", () => {
  const input = { ...further, indexr: {} } as EnvironmentInput;
  expect(faultsOf(input).join()).toContain("indexr");
});
