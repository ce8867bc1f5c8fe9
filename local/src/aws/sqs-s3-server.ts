import { buildApp } from "fauxqs";
import type { ObjectMirror } from "./object-mirror.ts";

export interface SqsS3Options {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The name under which others reach this server, as the URLs of its queues carry it; `localhost` unless given. */
  readonly publicName?: string;
  /** Absent where nobody can see this machine's files. */
  readonly mirror?: ObjectMirror;
  /** Answered at `/control/requests`. */
  readonly tableRequests?: () => Readonly<Record<string, number>>;
}

export interface SqsS3Server {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * SQS and S3 on one port.
 *
 * `startFauxqs` always listens on every interface of the machine; its app listens where it is told.
 * With a mirror, every object is also a plain file by the time its PUT is answered.
 */
export async function startSqsS3(options: SqsS3Options): Promise<SqsS3Server> {
  const { host, port, publicName, mirror, tableRequests } = options;
  const app = buildApp({
    logger: false,
    ...(publicName === undefined ? {} : { host: publicName }),
  });
  if (mirror !== undefined) mirrorObjects(app, mirror);
  if (tableRequests !== undefined) app.get("/control/requests", () => tableRequests());
  await app.listen({ host, port });
  const address = app.server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return { url: `http://${host}:${bound}`, close: () => app.close() };
}

const CHANGES: ReadonlySet<string> = new Set(["PUT", "DELETE"]);

/** Whatever changes an object brings its file in line with what is stored then: one after the other, or the older would win. */
function mirrorObjects(app: ReturnType<typeof buildApp>, mirror: ObjectMirror): void {
  const turns = new Map<string, Promise<void>>();
  app.addHook("onSend", async (request, reply, payload) => {
    const object = objectOf(request.params);
    if (object === undefined || reply.statusCode >= 300) return payload;
    if (!CHANGES.has(request.method)) return payload;
    const { bucket, key } = object;
    const url = request.url.replace(/\?.*/, "");
    const before = turns.get(url)?.catch(() => undefined) ?? Promise.resolve();
    const turn = before.then(async () => {
      // Read back: the request's own body may be chunked and signed.
      const stored = await app.inject({ method: "GET", url });
      if (stored.statusCode === 200) await mirror.put(bucket, key, stored.rawPayload);
      else if (stored.statusCode === 404) await mirror.remove(bucket, key);
    });
    turns.set(url, turn);
    try {
      await turn;
    } finally {
      if (turns.get(url) === turn) turns.delete(url);
    }
    return payload;
  });
}

function objectOf(params: unknown): { bucket: string; key: string } | undefined {
  const { bucket, "*": key } = (params ?? {}) as Record<string, string | undefined>;
  return bucket && key ? { bucket, key } : undefined;
}
