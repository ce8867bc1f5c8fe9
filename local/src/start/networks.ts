import type { PublicNetwork } from "./flags.ts";

/** Where Weft lives on a public network. */
export interface NetworkAddresses {
  readonly gatewayUrls: readonly string[];
  readonly lendingMarket: string;
  readonly lendingPool: string;
  readonly cdpResource: string;
}

export const PUBLIC_NETWORKS: Readonly<Record<PublicNetwork, NetworkAddresses>> = {
  mainnet: {
    gatewayUrls: ["https://mainnet.radixdlt.com"],
    lendingMarket: "component_rdx1cpy6putj5p7937clqgcgutza7k53zpha039n9u5hkk0ahh4stdmq4w",
    lendingPool: "component_rdx1czmr02yl4da709ceftnm9dnmag7rthu0tu78wmtsn5us9j02d9d0xn",
    cdpResource: "resource_rdx1nt22yfvhuuhxww7jnnml5ec3yt5pkxh0qlghm6f0hz46z2wfk80s9r",
  },
  stokenet: {
    gatewayUrls: ["https://stokenet.radixdlt.com"],
    lendingMarket: "component_tdx_2_1czjla2sp8uamjaex0mtt65xtztyhtyk02wv0lxntz90qtst6w0kf57",
    lendingPool: "component_tdx_2_1crrha0f0s7gayclln3f2s4xmpz3ja5lph2prmavkdsfwc05sun0t8t",
    cdpResource: "resource_tdx_2_1nt9m3l9t9gues9rx02e3d8qezk0r9w2jy5fwpr6rwflsjmlyjkey55",
  },
};
