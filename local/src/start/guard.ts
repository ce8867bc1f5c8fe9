import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Sees to it that no child is left behind, even when this process is killed outright. */
export interface Guard {
  watch(pid: number): void;
  forget(pid: number): void;
  /** Lets the guard go; whoever is still watched is stopped by it. */
  close(): void;
}

const PROGRAM = fileURLToPath(new URL("../guard/main.ts", import.meta.url));

/** Starts the guard: a small process that sees its standard input end when this process does. */
export function startGuard(nodePath: string): Guard {
  const guard = spawn(nodePath, [PROGRAM], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    env: {},
  });
  // Without a guard the run is as good; only an outright kill would leave children.
  guard.on("error", () => {});
  guard.stdin.on("error", () => {});
  guard.unref();
  return {
    watch: (pid) => void guard.stdin.write(`+${pid}\n`),
    forget: (pid) => void guard.stdin.write(`-${pid}\n`),
    close: () => void guard.stdin.end(),
  };
}
