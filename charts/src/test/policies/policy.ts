import type { Environment } from "@weft/environments";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type { ICronJob } from "kubernetes-models/batch/v1";
import type { IContainer, IPodSpec } from "kubernetes-models/v1";
import { find, type Manifest } from "../manifests.ts";

export interface Policy {
  /** As a sentence that holds. */
  readonly name: string;
  /** What breaks the rule, a line for each. */
  readonly findings: (manifests: readonly Manifest[], env: Environment) => string[];
  /** Makes mainnet's manifests break this rule, and no other. */
  readonly plant: (manifests: Manifest[]) => void;
}

type Deployed = IDeployment & { spec: { template: { spec: IPodSpec } } };

export function deployment(manifests: readonly Manifest[], name: string): Deployed {
  return find<Deployed>(manifests, "Deployment", name);
}

export function podSpec(manifests: readonly Manifest[], name: string): IPodSpec {
  return deployment(manifests, name).spec.template.spec;
}

export function firstContainer(manifests: readonly Manifest[], name: string): IContainer {
  const [container] = podSpec(manifests, name).containers;
  if (container === undefined) throw new Error(`${name} has no container`);
  return container;
}

export function cronJob(manifests: readonly Manifest[]): ICronJob {
  return find<ICronJob>(manifests, "CronJob", "dispatcher");
}

export function remove(manifests: Manifest[], kind: string, name: string): void {
  const index = manifests.indexOf(find<Manifest>(manifests, kind, name));
  manifests.splice(index, 1);
}
