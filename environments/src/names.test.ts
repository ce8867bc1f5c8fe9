import { expect, test } from "vitest";
import { LOCAL_AWS } from "../../local/src/aws/names.ts";
import { ADDRESSES } from "../../local/src/simulator/ledger/addresses.ts";
import { accountOf } from "../../local/src/start/account.ts";
import { kind } from "./kind.ts";
import { LOCAL_STACK } from "./local-stack.ts";
import { mainnet } from "./mainnet.ts";
import { namesOf } from "./names.ts";
import { LEDGERS } from "./networks.ts";

test("names of AWS resources carry the environment, and the bucket a suffix", () => {
  const names = namesOf(mainnet);
  expect(names.cluster).toBe("weft-mainnet");
  expect(names.queues).toEqual({
    index: "weft-mainnet-index",
    indexDeadLetter: "weft-mainnet-index-dlq",
    liquidation: "weft-mainnet-liquidation.fifo",
    liquidationDeadLetter: "weft-mainnet-liquidation-dlq.fifo",
  });
  expect(names.stateTable).toBe("weft-mainnet-state");
  expect(names.dataBucket).toBe("weft-mainnet-data-7be1d0-eu-west-1");
  expect(names.secrets.grafanaCloud).toBe("weft/mainnet/grafana-cloud");
});

test("kind goes by the names that the local stack makes", () => {
  const names = namesOf(kind);
  expect(names.queues).toEqual({
    index: LOCAL_AWS.indexQueue,
    indexDeadLetter: LOCAL_AWS.indexDeadLetterQueue,
    liquidation: LOCAL_AWS.liquidationQueue,
    liquidationDeadLetter: LOCAL_AWS.liquidationDeadLetterQueue,
  });
  expect([names.dataBucket, names.stateTable]).toEqual([
    LOCAL_AWS.dataBucket,
    LOCAL_AWS.stateTable,
  ]);
  expect(LOCAL_STACK).toMatchObject({
    region: LOCAL_AWS.region,
    accessKeyId: LOCAL_AWS.accessKeyId,
    secretAccessKey: LOCAL_AWS.secretAccessKey,
  });
});

test("the simulated ledger's addresses are the simulator's", () => {
  const { lendingMarket, lendingPool, cdpResource } = ADDRESSES;
  expect(LEDGERS.simulator).toMatchObject({ lendingMarket, lendingPool, cdpResource });
});

test("the account that the local stack funds is the one that its signing key controls", async () => {
  const simulator = 242;
  expect(await accountOf(LOCAL_STACK.signingKeyHex, simulator)).toBe(LOCAL_STACK.account);
});
