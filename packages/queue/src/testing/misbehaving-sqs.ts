import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SQSClient } from "@aws-sdk/client-sqs";

/** A request as it came in. */
interface Call {
  readonly action: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What to answer: a JSON body, or an error by its SQS code. */
export type Reply =
  | { readonly status: 200; readonly body: unknown }
  | { readonly status: 400 | 500; readonly code: string };

/** SQS where it does what the emulator cannot be made to do. A receive without a delivery waits for one. */
export interface MisbehavingSqs {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  /** All requests but receives, in order of arrival. */
  readonly calls: Call[];
  /** How many receives came in, and what each asked for. */
  readonly receives: Call[];
  /** The next receive gets these messages, or this error. */
  deliver(messages: readonly Delivery[] | { readonly error: string }): void;
  /** From now on decides about every request but receives; may take its time. */
  reply(decide: (call: Call) => Reply | Promise<Reply>): void;
  close(): Promise<void>;
}

interface Delivery {
  readonly body: string;
  readonly groupId?: string;
  readonly receiptHandle?: string;
  readonly receiveCount?: number;
}

export const OK: Reply = { status: 200, body: {} };

export async function startMisbehavingSqs(): Promise<MisbehavingSqs> {
  const calls: Call[] = [];
  const receives: Call[] = [];
  const deliveries: Reply[] = [];
  const waiting: ServerResponse[] = [];
  let decide: (call: Call) => Reply | Promise<Reply> = wellBehaved;

  const match = () => {
    while (deliveries.length > 0 && waiting.length > 0) {
      const response = waiting.shift();
      const delivery = deliveries.shift();
      if (response !== undefined && delivery !== undefined) send(response, delivery);
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const action = String(request.headers["x-amz-target"]).replace("AmazonSQS.", "");
      const call: Call = { action, body: JSON.parse(Buffer.concat(chunks).toString()) };
      if (action === "ReceiveMessage") {
        receives.push(call);
        waiting.push(response);
        response.on("close", () => {
          if (waiting.includes(response)) waiting.splice(waiting.indexOf(response), 1);
        });
        match();
        return;
      }
      calls.push(call);
      send(response, await decide(call));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sqs = new SQSClient({
    region: "us-east-1",
    endpoint: url,
    useQueueUrlAsEndpoint: false,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  return {
    sqs,
    queueUrl: "http://sqs.test/000000000000/candidates.fifo",
    calls,
    receives,
    deliver(messages) {
      deliveries.push(
        "error" in messages
          ? { status: 500, code: messages.error }
          : { status: 200, body: { Messages: messages.map(toMessage) } },
      );
      match();
    },
    reply(next) {
      decide = next;
    },
    async close() {
      sqs.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function wellBehaved({ action, body }: Call): Reply {
  if (action !== "SendMessage") return OK;
  return {
    status: 200,
    body: { MessageId: randomUUID(), MD5OfMessageBody: md5(String(body.MessageBody)) },
  };
}

const md5 = (text: string) => createHash("md5").update(text).digest("hex");

function toMessage({ body, groupId, receiptHandle, receiveCount = 1 }: Delivery) {
  return {
    MessageId: randomUUID(),
    ReceiptHandle: receiptHandle ?? `handle of ${body}`,
    Body: body,
    MD5OfBody: md5(body),
    Attributes: {
      ApproximateReceiveCount: String(receiveCount),
      ApproximateFirstReceiveTimestamp: "1790000001000",
      SentTimestamp: "1790000000000",
      ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    },
  };
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.status === 200) {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(reply.body));
    return;
  }
  response.writeHead(reply.status, {
    "content-type": "application/x-amz-json-1.0",
    "x-amzn-query-error": `${reply.code};Sender`,
  });
  response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${reply.code}`, message: reply.code }));
}
