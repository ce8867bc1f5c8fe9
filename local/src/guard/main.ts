import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

/**
 * Outlives a starter that was killed outright, and takes its children with it.
 *
 * Standard input says who there is, a line each (`+pid`, `-pid`); its end says that the starter is gone.
 * Whoever is left then is asked to stop, and made to after a grace period.
 */
const GRACE_MS = 5_000;
const LOOK_EVERY_MS = 50;

const pids = new Set<number>();

function send(pid: number, signal: "SIGTERM" | "SIGKILL" | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line.slice(1));
  if (!Number.isInteger(pid) || pid <= 1) continue;
  if (line.startsWith("+")) pids.add(pid);
  else pids.delete(pid);
}

for (const pid of pids) send(pid, "SIGTERM");
for (let waitedMs = 0; waitedMs < GRACE_MS && [...pids].some((pid) => send(pid, 0)); ) {
  await wait(LOOK_EVERY_MS);
  waitedMs += LOOK_EVERY_MS;
}
for (const pid of pids) send(pid, "SIGKILL");
