import { type LocalAws, type LocalAwsOptions, startLocalAws } from "../aws/local-aws.ts";
import type { AwsEndpoints } from "../aws/resources.ts";
import type { SimulatorConfig } from "../simulator/config.ts";
import { createLedger } from "../simulator/ledger/ledger.ts";
import { createSimulatorServer } from "../simulator/server.ts";

export interface ClusterStackOptions {
  readonly aws: LocalAwsOptions;
  readonly simulator: SimulatorConfig;
  /** Address of the account that liquidates. */
  readonly fundedAccount: string;
  readonly wallNowMs: () => number;
}

export interface ClusterStack {
  readonly endpoints: AwsEndpoints;
  /** Of the Gateway, and of the control API beside it. */
  readonly gatewayUrl: string;
  close(): Promise<void>;
}

/** More of every asset than any book owes, so that no order of liquidations can run out. */
const FUNDS = "1000000000000";

/** All that the three programs talk to, in one process; everything they expect is there when it returns. */
export async function startClusterStack(options: ClusterStackOptions): Promise<ClusterStack> {
  const { aws: awsOptions, simulator, fundedAccount, wallNowMs } = options;
  const { host, port, cdps, seed, commitDelayMs, latencyMs } = simulator;
  const aws: LocalAws = await startLocalAws(awsOptions);
  try {
    const ledger = createLedger({ cdps, seed, commitDelayMs, wallNowMs });
    const assets = Object.values(ledger.addresses.resources);
    ledger.fund(fundedAccount, Object.fromEntries(assets.map((address) => [address, FUNDS])));
    const server = createSimulatorServer({ ledger, seed, faults: { latencyMs } });
    const gatewayUrl = await server.listen({ host, port });
    return {
      endpoints: aws.endpoints,
      gatewayUrl,
      async close() {
        await Promise.all([server.close(), aws.close()]);
      },
    };
  } catch (error) {
    await aws.close();
    throw error;
  }
}
