import { type Job, required } from "./job.ts";

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a query finds now. */
export type Query = (promql: string) => Promise<Sample[]>;

const TIMEOUT_MS = 30_000;

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly value: readonly [number, string];
    }[];
  };
}

/** Where the collector sends metrics to, to be asked with a token that can only read. */
export function connectPrometheus(job: Pick<Job, "variables">): Query {
  const url = required(job, "METRICS_URL", "where metrics are queried: …/api/prom");
  const user = required(job, "METRICS_USER", "who queries them");
  const token = required(job, "METRICS_TOKEN", "a token that may read metrics");
  const authorization = `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
  return async (promql) => {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(promql)}`, {
      headers: { authorization },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`metrics: ${response.status} ${await response.text()}`);
    const { data } = (await response.json()) as Answer;
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  };
}
