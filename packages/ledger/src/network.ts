/** Networks by the name that configuration uses. */
export const NETWORK_IDS = { mainnet: 1, stokenet: 2, simulator: 242 } as const;

/** XRD's address per network id, so that a process that signs nothing need not load the engine toolkit for it. */
const XRD: Readonly<Record<number, string>> = {
  1: "resource_rdx1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxradxrd",
  2: "resource_tdx_2_1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxtfd2jc",
  242: "resource_sim1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxakj8n3",
};

/** Address of XRD on a network (an id from 0 to 255). */
export async function xrdAddress(networkId: number): Promise<string> {
  const known = XRD[networkId];
  if (known !== undefined) return known;
  const { RadixEngineToolkit } = await import("@radixdlt/radix-engine-toolkit");
  const { resourceAddresses } = await RadixEngineToolkit.Utils.knownAddresses(networkId);
  return resourceAddresses.xrd;
}
