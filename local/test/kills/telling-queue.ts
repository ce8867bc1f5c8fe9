import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { sleep } from "@weft/runtime";

/** How soon a receive that waits looks again. */
const LOOK_EVERY_MS = 20;

/**
 * SQS where it may do what the embedded one never does: several messages of one group come in one receive, are given to
 * another while they are in flight, and come again after they were deleted.
 */
export interface TellingQueue {
  readonly url: string;
  /** To the queue, whatever its name. */
  send(body: string, groupId: string): void;
  /** Nothing is there, and nothing comes again. */
  isEmpty(): boolean;
  /** Receives that held more than one message of a group. */
  crowdedReceives(): number;
  /** How often each message was received. */
  deliveries(): readonly number[];
  /** Messages that the programs sent, which is only how they set one aside. */
  parked(): number;
  close(): Promise<void>;
}

interface Told {
  readonly messageId: string;
  readonly body: string;
  readonly groupId: string;
  readonly sentMs: number;
  receiveCount: number;
  deletions: number;
  /** Wall time, milliseconds since 1970. */
  visibleAtMs: number;
}

type Body = Readonly<Record<string, unknown>>;

/** @param times each message is gone only when it has been deleted so often */
export async function startTellingQueue(times: number): Promise<TellingQueue> {
  const queue: Told[] = [];
  const all: Told[] = [];
  const byHandle = new Map<string, Told>();
  let crowded = 0;
  let parked = 0;
  let isClosed = false;

  const take = (most: number, visibilitySeconds: number) => {
    const taken = queue.filter(({ visibleAtMs }) => visibleAtMs <= Date.now()).slice(0, most);
    if (new Set(taken.map(({ groupId }) => groupId)).size < taken.length) crowded += 1;
    return taken.map((told) => {
      told.receiveCount += 1;
      told.visibleAtMs = Date.now() + visibilitySeconds * 1_000;
      const handle = randomUUID();
      byHandle.set(handle, told);
      return toMessage(told, handle);
    });
  };
  const receive = async (body: Body) => {
    const untilMs = Date.now() + Number(body.WaitTimeSeconds) * 1_000;
    for (;;) {
      const Messages = take(Number(body.MaxNumberOfMessages), Number(body.VisibilityTimeout));
      if (Messages.length > 0 || Date.now() >= untilMs || isClosed) return { Messages };
      await sleep(LOOK_EVERY_MS, new AbortController().signal);
    }
  };
  const remove = ({ ReceiptHandle }: Body) => {
    const told = byHandle.get(String(ReceiptHandle));
    if (told === undefined || !queue.includes(told)) return;
    told.deletions += 1;
    told.visibleAtMs = 0;
    if (told.deletions >= times) queue.splice(queue.indexOf(told), 1);
  };
  const setVisibility = ({ ReceiptHandle, VisibilityTimeout }: Body) => {
    const told = byHandle.get(String(ReceiptHandle));
    if (told !== undefined) told.visibleAtMs = Date.now() + Number(VisibilityTimeout) * 1_000;
  };
  /** Each entry of a batch, all of which succeed. */
  const each = (body: Body, one: (entry: Body) => void) => {
    const entries = body.Entries as readonly Body[];
    for (const entry of entries) one(entry);
    return { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] };
  };
  const park = ({ MessageBody }: Body) => {
    parked += 1;
    return { MessageId: randomUUID(), MD5OfMessageBody: md5(String(MessageBody)) };
  };
  const answers: Readonly<Record<string, (body: Body) => object | undefined | Promise<object>>> = {
    GetQueueUrl: ({ QueueName }) => ({ QueueUrl: `http://sqs.test/000000000000/${QueueName}` }),
    ReceiveMessage: receive,
    DeleteMessage: (body) => void remove(body),
    DeleteMessageBatch: (body) => each(body, remove),
    ChangeMessageVisibility: (body) => void setVisibility(body),
    ChangeMessageVisibilityBatch: (body) => each(body, setVisibility),
    SendMessage: park,
  };
  const answer = async (request: IncomingMessage) => {
    const action = String(request.headers["x-amz-target"]).replace("AmazonSQS.", "");
    const reply = answers[action];
    if (reply === undefined) throw new Error(`no queue of a test does ${action}`);
    return (await reply(JSON.parse(await text(request)))) ?? {};
  };
  const server = createServer((request, response) => {
    answer(request).then(
      (reply) => {
        response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
        response.end(JSON.stringify(reply));
      },
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    send(body, groupId) {
      const messageId = randomUUID();
      const told: Told = {
        ...{ messageId, body, groupId, sentMs: Date.now() },
        ...{ receiveCount: 0, deletions: 0, visibleAtMs: 0 },
      };
      queue.push(told);
      all.push(told);
    },
    isEmpty: () => queue.length === 0,
    crowdedReceives: () => crowded,
    deliveries: () => all.map(({ receiveCount }) => receiveCount),
    parked: () => parked,
    async close() {
      isClosed = true;
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function toMessage({ messageId, body, groupId, receiveCount, sentMs }: Told, handle: string) {
  return {
    MessageId: messageId,
    ReceiptHandle: handle,
    Body: body,
    MD5OfBody: md5(body),
    Attributes: {
      ApproximateReceiveCount: String(receiveCount),
      ApproximateFirstReceiveTimestamp: String(sentMs),
      SentTimestamp: String(sentMs),
      MessageGroupId: groupId,
    },
  };
}

const md5 = (body: string) => createHash("md5").update(body).digest("hex");
