import { DeleteObjectsCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";

const PREFIX = "snapshots/";

/**
 * Deletes the snapshots written before `beforeMs`, and says how many: the embedded S3 holds every object in memory, and
 * a run every minute would fill it in a day. Books and outcomes stay.
 */
export async function forgetSnapshots(
  s3: S3Client,
  { bucket, beforeMs }: { readonly bucket: string; readonly beforeMs: number },
  signal: AbortSignal,
): Promise<number> {
  let forgotten = 0;
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: PREFIX, ContinuationToken: token }),
      { abortSignal: signal },
    );
    const old = (page.Contents ?? [])
      .filter(({ LastModified }) => LastModified !== undefined && +LastModified < beforeMs)
      .map(({ Key }) => ({ Key }));
    if (old.length > 0) {
      const Delete = { Objects: old, Quiet: true };
      await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }), { abortSignal: signal });
    }
    forgotten += old.length;
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return forgotten;
}
