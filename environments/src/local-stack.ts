/**
 * What stands in for AWS and for the ledger where there is neither: one Deployment of `local/` in the workload namespace.
 * The keys open nothing: the embedded servers check none, and the signing key controls an account of the simulator alone.
 */
export const LOCAL_STACK = {
  service: "local",
  /** `local` itself resolves in its own namespace only; S3 needs a host without dots, or it takes the first label for a bucket. */
  ports: { gateway: 8080, sqsS3: 4566, dynamodb: 8000 },
  region: "us-east-1",
  accountId: "000000000000",
  accessKeyId: "test",
  secretAccessKey: "test",
  signingKeyHex: "776566742d6b696e642d746573742d6b65792d776f7274682d6e6f7468696e67",
  /** What that key controls on the simulated ledger; the stack funds it. */
  account: "account_sim128hpzzz9yylvn6k8mcllqar577l3h5pvjamnezv8eaxxtre5aseaw3",
} as const;

/** The base URL of one of the stack's servers, as pods of its namespace reach it. */
export function localUrl(port: keyof typeof LOCAL_STACK.ports): string {
  return `http://${LOCAL_STACK.service}:${LOCAL_STACK.ports[port]}`;
}
