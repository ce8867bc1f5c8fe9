/** CDPs to fetch: all ids from first to last, both included. */
export interface CdpRange {
  readonly gatewayUrl: string;
  readonly cdpResource: string;
  readonly stateVersion: number;
  readonly first: number;
  readonly last: number;
  readonly inFlight: number;
}

const IDS_PER_REQUEST = 100;

/** Fetches and parses, and does nothing else: what no indexer can do without. */
export async function fetchRange(range: CdpRange): Promise<{ readonly bytes: number }> {
  let next = range.first;
  let bytes = 0;
  const fetchChunks = async () => {
    while (next <= range.last) {
      const first = next;
      const last = Math.min(first + IDS_PER_REQUEST - 1, range.last);
      next = last + 1;
      const text = await fetchText(range, first, last);
      bytes += text.length;
      const { non_fungible_ids: items } = JSON.parse(text) as { non_fungible_ids?: unknown[] };
      if (items?.length !== last - first + 1) throw new Error(`not all of #${first}# to #${last}#`);
    }
  };
  await Promise.all(Array.from({ length: range.inFlight }, fetchChunks));
  return { bytes };
}

async function fetchText(range: CdpRange, first: number, last: number): Promise<string> {
  const ids = Array.from({ length: last - first + 1 }, (_, index) => `#${first + index}#`);
  const response = await fetch(`${range.gatewayUrl}/state/non-fungible/data`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      resource_address: range.cdpResource,
      non_fungible_ids: ids,
      at_ledger_state: { state_version: range.stateVersion },
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the Gateway answered ${response.status}: ${text}`);
  return text;
}
