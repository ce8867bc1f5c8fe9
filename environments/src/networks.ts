import type { Network } from "./fields.ts";
import { localUrl } from "./local-stack.ts";

/** Where Weft V2 lives on a ledger, and who answers for it. */
export interface LedgerAddresses {
  /** Gateway base URLs in order of preference. */
  readonly gatewayUrls: readonly string[];
  readonly lendingMarket: string;
  readonly lendingPool: string;
  readonly cdpResource: string;
}

/** The simulator's addresses are derived from their names, and so the same wherever it runs. */
export const LEDGERS: Readonly<Record<Network, LedgerAddresses>> = {
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
  simulator: {
    gatewayUrls: [localUrl("gateway")],
    lendingMarket: "component_sim1cpuk8z8d7vx9p6ttqxxtfe5maanxm4fwnhg43pkj5p2qt4v6s2sr23",
    lendingPool: "component_sim1cqt8tk9tc39r08tw7wyyavuzg0p9npl0hv5zvv30twuuj35yytkvhz",
    cdpResource: "resource_sim1nfpxy6qq7ezwz7p6z8lec0d5uv84tamp9eracahq54cu33lf6pg37p",
  },
};
