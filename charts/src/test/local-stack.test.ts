import { kind, LEDGERS, mainnet, namesOf, stokenet } from "@weft/environments";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import type { IService } from "kubernetes-models/v1";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../local/src/cluster/config.ts";
import type { ScaledObjectSpec } from "../resources/keda.ts";
import { find, manifestsOf, podOwners } from "./manifests.ts";

const manifests = manifestsOf(kind);
const deployment = find<IDeployment>(manifests, "Deployment", "local");
const [container] = deployment.spec?.template.spec?.containers ?? [];
const variables = Object.fromEntries(
  (container?.env ?? []).map(({ name, value }) => [name, value]),
);

describe("the local stack", () => {
  test("is there on kind, and nowhere else", () => {
    const names = (env: typeof kind) =>
      podOwners(manifestsOf(env)).map(({ owner }) => owner.metadata.name);
    expect([kind, stokenet, mainnet].map((env) => names(env).includes("local"))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("is given variables that its program accepts, and listens where the Service sends", () => {
    expect(parseConfig(variables)).toMatchObject({
      OPS_HOST: "0.0.0.0",
      OPS_PORT: 9_400,
      LOCAL_AWS_HOST: "0.0.0.0",
      LOCAL_AWS_SQS_S3_PORT: 4_566,
      LOCAL_AWS_DYNAMODB_PORT: 8_000,
      simulator: { host: "0.0.0.0", port: 8_080, cdps: 1_138 },
    });
    const service = find<IService>(manifests, "Service", "local");
    const sends = service.spec?.ports?.map(({ port, targetPort }) => [port, targetPort]);
    const listens = container?.ports?.map(({ name, containerPort }) => [containerPort, name]);
    expect(sends).toEqual([
      [8_080, "gateway"],
      [4_566, "sqs-s3"],
      [8_000, "dynamodb"],
    ]);
    expect(listens).toEqual([[9_400, "ops"], ...(sends ?? [])]);
  });

  test("is asked by KEDA under the name that the URLs of its queues carry", () => {
    const { queues } = namesOf(kind);
    const asked = ["indexer", "liquidator"].map((name) => {
      const { spec } = find<{ spec: ScaledObjectSpec }>(manifests, "ScaledObject", name);
      const [trigger] = spec.triggers;
      return [trigger?.metadata.awsEndpoint, trigger?.metadata.queueURL];
    });
    const base = `http://${variables.LOCAL_AWS_PUBLIC_NAME}:4566`;
    expect(asked).toEqual([
      [base, `${base}/000000000000/${queues.index}`],
      [base, `${base}/000000000000/${queues.liquidation}`],
    ]);
  });

  test("lets in the programs everywhere, and KEDA where the queues are", () => {
    const { spec } = find<INetworkPolicy>(manifests, "NetworkPolicy", "local");
    const callers = spec?.ingress?.map(({ from, ports }) => [
      Object.values(from?.[0]?.podSelector?.matchLabels ?? {}).join(),
      ports?.map(({ port }) => port),
    ]);
    expect(callers).toEqual([
      ["dispatcher", [8_080, 4_566, 8_000]],
      ["indexer", [8_080, 4_566, 8_000]],
      ["liquidator", [8_080, 4_566, 8_000]],
      ["keda-operator", [4_566]],
    ]);
    expect(spec?.egress).toEqual([]);
  });

  test("is one ledger at a time, and is what the programs call the Gateway", () => {
    expect(deployment.spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
    expect(LEDGERS.simulator.gatewayUrls).toEqual(["http://local:8080"]);
  });
});
