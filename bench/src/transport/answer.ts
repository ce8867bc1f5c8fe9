import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of its own, so that its work is not counted: answers each POST with as much JSON as a preview of `get_cdp`. */
const BYTES = 6_000;

const answer = JSON.stringify({ ledger_state: { state_version: 1 }, filler: "x".repeat(BYTES) });
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(answer),
    });
    response.end(answer);
  });
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
