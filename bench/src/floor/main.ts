import { fetchRange } from "./fetch-range.ts";

/** One process of the floor: argument 1 is what to fetch, as JSON; standard output says what it took. */
const [, , order = ""] = process.argv;
const { warmUp, range } = JSON.parse(order) as {
  readonly warmUp: Parameters<typeof fetchRange>[0];
  readonly range: Parameters<typeof fetchRange>[0];
};

await fetchRange(warmUp);
const startedMs = performance.now();
const before = process.cpuUsage();
const { bytes } = await fetchRange(range);
const { user, system } = process.cpuUsage(before);
const wallMs = performance.now() - startedMs;
process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1_000, wallMs, bytes })}\n`);
