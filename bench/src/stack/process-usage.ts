import { readFileSync } from "node:fs";

/** The kernel counts CPU time in hundredths of a second, on every architecture that Node runs on. */
const MS_PER_TICK = 10;

/** CPU time of a process so far, user and system, milliseconds. @param stat text of `/proc/<pid>/stat` */
export function cpuMsOf(stat: string): number {
  // The second field is the program's name in brackets, which may hold blanks; the rest is counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** The most memory a process ever had resident, MiB. @param status text of `/proc/<pid>/status` */
export function peakRssMbOf(status: string): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kilobytes === undefined) throw new Error("no VmHWM in the status of the process");
  return Number(kilobytes) / 1_024;
}

/** Reads both of a running process. Linux only. */
export function usageOf(pid: number): { readonly cpuMs: number; readonly peakRssMb: number } {
  return {
    cpuMs: cpuMsOf(readFileSync(`/proc/${pid}/stat`, "utf8")),
    peakRssMb: peakRssMbOf(readFileSync(`/proc/${pid}/status`, "utf8")),
  };
}
