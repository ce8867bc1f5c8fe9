import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { CdpRange } from "../floor/fetch-range.ts";

/** What fetching and parsing alone takes. */
export interface Floor {
  readonly floorCpuMs: number;
  readonly floorWallMs: number;
  readonly floorBytes: number;
}

const PROGRAM = fileURLToPath(new URL("../floor/main.ts", import.meta.url));
const WARM_UP_CDPS = 2_000;

/** Fetches the whole book with as many processes as there are indexers, all at once, after a few requests to warm up. */
export async function measureFloor(
  book: Omit<CdpRange, "first" | "last"> & { readonly cdps: number; readonly processes: number },
): Promise<Floor> {
  const { cdps, processes, ...shared } = book;
  const share = Math.ceil(cdps / processes);
  const run = promisify(execFile);
  const ended = await Promise.all(
    Array.from({ length: processes }, async (_, index) => {
      const first = index * share + 1;
      const range = { ...shared, first, last: Math.min(first + share - 1, cdps) };
      const warmUp = { ...range, last: Math.min(range.last, first + WARM_UP_CDPS - 1) };
      const { stdout } = await run(process.execPath, [PROGRAM, JSON.stringify({ warmUp, range })]);
      return JSON.parse(stdout) as { cpuMs: number; wallMs: number; bytes: number };
    }),
  );
  return {
    floorCpuMs: Math.round(ended.reduce((sum, { cpuMs }) => sum + cpuMs, 0)),
    floorWallMs: Math.round(Math.max(...ended.map(({ wallMs }) => wallMs))),
    floorBytes: ended.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
