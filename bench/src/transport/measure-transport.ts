import { median } from "../percentile.ts";

/** CPU time of one request, microseconds, and the client's by the bare one's. */
export interface TransportCost {
  readonly clientCpuUs: number;
  readonly fetchCpuUs: number;
  readonly ratio: number;
}

interface Load {
  readonly requests: number;
  readonly inFlight: number;
}

type Ask = () => Promise<unknown>;

const ROUNDS = 5;

/** The two in turn, so that a machine that changes its speed changes it for both; the medians count. */
export async function measureTransport(
  asks: { readonly client: Ask; readonly fetch: Ask },
  { requests, inFlight }: Load,
): Promise<TransportCost> {
  const load = { requests: Math.ceil(requests / ROUNDS), inFlight };
  const costs: { readonly client: number; readonly fetch: number }[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const client = await cpuUsOf(asks.client, load);
    const fetch = await cpuUsOf(asks.fetch, load);
    // The first round is to warm up.
    if (round >= 0) costs.push({ client, fetch });
  }
  return {
    clientCpuUs: Math.round(median(costs.map(({ client }) => client))),
    fetchCpuUs: Math.round(median(costs.map(({ fetch }) => fetch))),
    ratio: Number(median(costs.map(({ client, fetch }) => client / fetch)).toFixed(2)),
  };
}

async function cpuUsOf(ask: Ask, { requests, inFlight }: Load): Promise<number> {
  const before = process.cpuUsage();
  let left = requests;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await ask();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}
