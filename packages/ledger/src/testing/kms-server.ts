import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export const KEY_ID = "alias/test-signer";

/** A KMS that speaks the real protocol for `GetPublicKey` and `Sign`, with one real asymmetric key. */
export interface KmsServer {
  readonly url: string;
  readonly publicKey: KeyObject;
  /** Requests so far, by operation. */
  readonly operations: string[];
  /** From now on the alias stands for another key of the same kind. */
  exchangeKey(): void;
  /** From now on it stands for the first one again. */
  restoreKey(): void;
  /** From now on every request is answered with this error; undefined ends it. */
  failWith(error: { readonly status: number; readonly name: string } | undefined): void;
  /** From now on no request is answered. */
  hang(): void;
  close(): Promise<void>;
}

/** @param kind of the key; KMS knows more kinds than Radix accepts here */
export async function startKmsServer(kind: "ed25519" | "P-256" = "ed25519"): Promise<KmsServer> {
  const newKey = () =>
    kind === "ed25519"
      ? generateKeyPairSync("ed25519")
      : generateKeyPairSync("ec", { namedCurve: kind });
  const first = newKey();
  let key = first;
  let failure: { readonly status: number; readonly name: string } | undefined;
  let silent = false;
  const operations: string[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers["x-amz-target"]).replace("TrentService.", "");
    const body: Record<string, unknown> = JSON.parse(await text(request));
    operations.push(operation);
    if (silent) return;
    if (failure !== undefined) {
      return reply(response, failure.status, { __type: failure.name, message: "as arranged" });
    }
    if (body.KeyId !== KEY_ID) {
      return reply(response, 400, { __type: "NotFoundException", message: "no such alias" });
    }
    if (operation === "GetPublicKey") {
      const der = key.publicKey.export({ format: "der", type: "spki" });
      return reply(response, 200, { KeyId: KEY_ID, PublicKey: der.toString("base64") });
    }
    if (body.SigningAlgorithm !== "ED25519_SHA_512" || body.MessageType !== "RAW") {
      return reply(response, 400, { __type: "InvalidKeyUsageException", message: "not so" });
    }
    const message = Buffer.from(String(body.Message), "base64");
    const Signature = sign(null, message, key.privateKey).toString("base64");
    return reply(response, 200, { KeyId: KEY_ID, Signature, SigningAlgorithm: "ED25519_SHA_512" });
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publicKey: first.publicKey,
    operations,
    exchangeKey() {
      key = newKey();
    },
    restoreKey() {
      key = first;
    },
    failWith(error) {
      failure = error;
    },
    hang() {
      silent = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify(body));
}
