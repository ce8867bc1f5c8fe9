import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Everything one `npm start` leaves behind. */
export interface RunFolder {
  readonly path: string;
  /** The liquidator's private key, readable by its owner alone: random, of this run only. */
  readonly keyFile: string;
  readonly privateKeyHex: string;
  /** The objects of S3 as plain files. */
  readonly s3: string;
  readonly logs: string;
  logFile(name: string): string;
  /** Says which process to kill to see what becomes of its work. */
  pidFile(name: string): string;
}

export async function createRunFolder(options: {
  readonly root: string;
  readonly startedAtMs: number;
  readonly seed: number;
}): Promise<RunFolder> {
  const stamp = new Date(options.startedAtMs).toISOString().replace(/[-:.]/g, "");
  const path = join(options.root, "runs", `${stamp}-seed${options.seed}`);
  const logs = join(path, "logs");
  const s3 = join(path, "s3");
  await Promise.all([mkdir(logs, { recursive: true }), mkdir(s3, { recursive: true })]);
  const keyFile = join(path, "signing-key.hex");
  // Any 32 bytes are an Ed25519 private key.
  const privateKeyHex = randomBytes(32).toString("hex");
  await writeFile(keyFile, `${privateKeyHex}\n`, { mode: 0o600, flag: "wx" });
  return {
    path,
    keyFile,
    privateKeyHex,
    s3,
    logs,
    logFile: (name) => join(logs, `${name}.log`),
    pidFile: (name) => join(path, `${name}.pid`),
  };
}
