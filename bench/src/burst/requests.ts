import type { BenchStack } from "../stack/bench-stack.ts";

/** Requests so far: those of the Gateway by path, those of the table by operation. */
export interface Requests {
  readonly gateway: Readonly<Record<string, number>>;
  readonly table: Readonly<Record<string, number>>;
}

export async function requestsOf({ gatewayUrl, endpoints }: BenchStack): Promise<Requests> {
  const read = async (url: string) => (await fetch(`${url}/control/requests`)).json();
  const [gateway, table] = await Promise.all([read(gatewayUrl), read(endpoints.sqsUrl)]);
  const { byPath } = gateway as { readonly byPath: Requests["gateway"] };
  return { gateway: byPath, table: table as Requests["table"] };
}

/** Asked for after submission, in a lane of their own. */
const FINALITY_PATHS: readonly string[] = ["/transaction/status", "/transaction/committed-details"];
const WRITES: readonly string[] = ["UpdateItem", "PutItem", "DeleteItem"];

/** What was asked for in between. */
export function difference(before: Requests["gateway"], after: Requests["gateway"]) {
  return Object.fromEntries(
    Object.entries(after)
      .map(([name, count]): [string, number] => [name, count - (before[name] ?? 0)])
      .filter(([, count]) => count > 0),
  );
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** Calls of the way to submission; asking for the end is not among them. */
export function callsBetween(before: Requests, after: Requests): number {
  const asked = Object.entries(difference(before.gateway, after.gateway));
  return sum(asked.map(([path, count]) => (FINALITY_PATHS.includes(path) ? 0 : count)));
}

export function writesBetween(before: Requests, after: Requests): number {
  const asked = difference(before.table, after.table);
  return sum(WRITES.map((operation) => asked[operation] ?? 0));
}
