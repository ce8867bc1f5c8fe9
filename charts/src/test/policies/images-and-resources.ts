import { containersOf, podOwners } from "../manifests.ts";
import { firstContainer, type Policy } from "./policy.ts";

const DIGEST = /@sha256:[0-9a-f]{64}$/;

export const imagesAndResources: readonly Policy[] = [
  {
    name: "an image that is pulled is pinned by digest",
    findings: (manifests, env) =>
      env.aws === undefined
        ? []
        : podOwners(manifests).flatMap((owner) =>
            containersOf(owner)
              .filter(({ image = "" }) => !DIGEST.test(image))
              .map(({ image }) => `${owner.title}: ${image}`),
          ),
    plant: (manifests) => {
      firstContainer(manifests, "indexer").image = "registry.example.org/weft/indexer:1.2.3";
    },
  },
  {
    name: "no image is called latest",
    findings: (manifests) =>
      podOwners(manifests).flatMap((owner) =>
        containersOf(owner)
          .filter(({ image = "" }) => {
            const [name = "", digest] = image.split("@");
            const tag = name.split("/").at(-1)?.split(":")[1];
            return tag === "latest" || (tag === undefined && digest === undefined);
          })
          .map(({ image }) => `${owner.title}: ${image}`),
      ),
    plant: (manifests) => {
      const digest = `sha256:${"cd".repeat(32)}`;
      firstContainer(manifests, "indexer").image = `registry.example.org/indexer:latest@${digest}`;
    },
  },
  {
    name: "images are not pulled again when they are there",
    findings: (manifests) =>
      podOwners(manifests).flatMap((owner) =>
        containersOf(owner)
          .filter(({ imagePullPolicy }) => imagePullPolicy !== "IfNotPresent")
          .map(({ name }) => `${owner.title}: ${name}`),
      ),
    plant: (manifests) => {
      firstContainer(manifests, "liquidator").imagePullPolicy = "Always";
    },
  },
  {
    name: "every container asks for CPU and memory",
    findings: (manifests) =>
      podOwners(manifests).flatMap((owner) =>
        containersOf(owner)
          .filter(({ resources: { requests } = {} }) => !requests?.cpu || !requests.memory)
          .map(({ name }) => `${owner.title}: ${name}`),
      ),
    plant: (manifests) => {
      const { resources } = firstContainer(manifests, "indexer");
      delete resources?.requests?.cpu;
    },
  },
  {
    name: "memory is limited to what is asked for, CPU is not limited",
    findings: (manifests) =>
      podOwners(manifests).flatMap((owner) =>
        containersOf(owner)
          .filter(
            ({ resources: { requests, limits } = {} }) =>
              limits?.memory !== requests?.memory || limits?.cpu !== undefined,
          )
          .map(({ name }) => `${owner.title}: ${name}`),
      ),
    plant: (manifests) => {
      const { resources } = firstContainer(manifests, "indexer");
      if (resources?.limits) resources.limits.memory = "2Gi";
    },
  },
  {
    name: "no variable is set twice",
    findings: (manifests) =>
      podOwners(manifests).flatMap((owner) =>
        containersOf(owner).flatMap(({ env = [] }) => {
          const names = env.map(({ name }) => name);
          return names
            .filter((name, index) => names.indexOf(name) !== index)
            .map((name) => `${owner.title}: ${name}`);
        }),
      ),
    plant: (manifests) => {
      firstContainer(manifests, "indexer").env?.push({ name: "NETWORK", value: "mainnet" });
    },
  },
];
