import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { AppError } from "@weft/runtime";
import type { z } from "zod";
import { parseStored } from "./parse-stored.ts";

/**
 * The objects of one bucket. Writing again replaces: keys depend on what an object says, so a repeated write is the same.
 *
 * Every method throws `AppError` `object_store_failed` (retry), naming the key, when S3 does not do it; an aborted call
 * throws the signal's reason.
 */
export interface ObjectStore {
  /** @param value what `JSON.stringify` takes: big integers as text */
  putJson(key: string, value: unknown, signal: AbortSignal): Promise<void>;
  putBytes(key: string, bytes: Uint8Array, contentType: string, signal: AbortSignal): Promise<void>;
  /**
   * The JSON value of an object, unchecked; undefined when there is no such object.
   *
   * @throws {AppError} `stored_value_invalid` (park) when it is not JSON
   */
  getJson(key: string, signal: AbortSignal): Promise<unknown>;
  /**
   * The JSON value of an object as `schema` has it; undefined when there is no such object.
   *
   * @throws {AppError} `stored_value_invalid` (park), naming the key and the fields at fault
   */
  getChecked<T>(key: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | undefined>;
  /** All keys that start with `prefix`, in the order of their UTF-8 bytes. */
  listKeys(prefix: string, signal: AbortSignal): Promise<string[]>;
}

export function createObjectStore(options: {
  readonly s3: S3Client;
  readonly bucket: string;
}): ObjectStore {
  const { s3, bucket } = options;

  async function put(key: string, body: string | Uint8Array, type: string, signal: AbortSignal) {
    const request = { Bucket: bucket, Key: key, Body: body, ContentType: type };
    await guarded("put", key, signal, () =>
      s3.send(new PutObjectCommand(request), { abortSignal: signal }),
    );
  }

  async function getJson(key: string, signal: AbortSignal): Promise<unknown> {
    const text = await guarded("get", key, signal, () => readText(s3, bucket, key, signal));
    return text === undefined ? undefined : parseJson(key, text);
  }

  return {
    putJson: (key, value, signal) => put(key, JSON.stringify(value), "application/json", signal),
    putBytes: put,
    getJson,
    async getChecked(key, schema, signal) {
      const value = await getJson(key, signal);
      return value === undefined ? undefined : parseStored(key, schema, value);
    },
    async listKeys(prefix, signal) {
      const keys: string[] = [];
      let token: string | undefined;
      do {
        const page = { Bucket: bucket, Prefix: prefix, ContinuationToken: token };
        const { Contents = [], NextContinuationToken } = await guarded("list", prefix, signal, () =>
          s3.send(new ListObjectsV2Command(page), { abortSignal: signal }),
        );
        keys.push(...Contents.flatMap(({ Key }) => Key ?? []));
        token = NextContinuationToken;
      } while (token !== undefined);
      return keys;
    },
  };
}

async function readText(
  s3: S3Client,
  bucket: string,
  key: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
      abortSignal: signal,
    });
    return (await Body?.transformToString()) ?? "";
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

function parseJson(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("stored_value_invalid", `${key}: value: not JSON`, {
      disposition: "park",
      cause,
    });
  }
}

async function guarded<T>(
  action: "put" | "get" | "list",
  key: string,
  signal: AbortSignal,
  request: () => Promise<T>,
): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    signal.throwIfAborted();
    throw new AppError("object_store_failed", `cannot ${action} ${key}`, {
      disposition: "retry",
      cause,
    });
  }
}
