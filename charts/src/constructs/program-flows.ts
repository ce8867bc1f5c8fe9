import { LOCAL_STACK } from "@weft/environments";
import type { Context } from "../context.ts";
import type { Flow } from "./network-policy.ts";

/** What each of our programs talks to: names, the Gateway, and AWS or what stands in for both. */
export function programEgress({ env, names }: Context): Flow[] {
  if (env.aws !== undefined) {
    return [{ kind: "dns" }, { kind: "https" }, { kind: "pod-identity" }];
  }
  const peer = { namespace: names.namespaces.workloads, app: LOCAL_STACK.service };
  return [{ kind: "dns" }, { kind: "pods", peer, ports: Object.values(LOCAL_STACK.ports) }];
}

/** The collector, and nobody else; nobody at all where there is none. */
export function scrapedBy({ env, names }: Context, port: number): Flow[] {
  if (env.telemetry === undefined) return [];
  const { namespace, name } = names.serviceAccounts.collector;
  return [{ kind: "pods", peer: { namespace, app: name }, ports: [port] }];
}
