import { type FileHandle, open } from "node:fs/promises";
import { AppError } from "@weft/runtime";
import { createSignerFromPrivateKey, type Signer } from "./signer.ts";

/** Permission bits of the group and of others. */
const FOREIGN_ACCESS = 0o077;

/**
 * A signer whose key lies in a file: 32 bytes as hexadecimal text, blanks around it ignored.
 *
 * @throws {AppError} `insecure_key_file` (park) when group or others have any access to it,
 *   `key_file_unreadable` (park) when it cannot be read, `bad_signing_key` (park) when it holds something else
 */
export async function createKeyFileSigner(path: string): Promise<Signer> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (cause) {
    throw new AppError("key_file_unreadable", `cannot read the signing key file ${path}`, {
      disposition: "park",
      cause,
    });
  }
  try {
    // Of the open file, not of the path: nobody can swap it in between.
    const { mode } = await file.stat();
    if ((mode & FOREIGN_ACCESS) !== 0) throw insecure(path, mode);
    return createSignerFromPrivateKey((await file.readFile("utf8")).trim());
  } finally {
    await file.close();
  }
}

function insecure(path: string, mode: number): AppError {
  const bits = (mode & 0o777).toString(8).padStart(3, "0");
  return new AppError(
    "insecure_key_file",
    `the signing key file ${path} has mode ${bits}; only its owner may have access (chmod 400)`,
    { disposition: "park" },
  );
}
