import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createKeyFileSigner } from "./key-file-signer.ts";
import { createSignerFromPrivateKey } from "./signer.ts";

/** RFC 8032, 7.1, test 2: the message is one byte. */
const SECRET = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
const PUBLIC = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
const SIGNATURE =
  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-key-"));
  path = join(folder, "key");
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (content: string, mode: number) => {
  await writeFile(path, content);
  await chmod(path, mode);
};

describe("a key in memory", () => {
  test("signs as RFC 8032 says", async () => {
    const signer = createSignerFromPrivateKey(SECRET);
    expect(signer.publicKeyHex).toBe(PUBLIC);
    const signature = await signer.sign(Uint8Array.of(0x72));
    expect(Buffer.from(signature).toString("hex")).toBe(SIGNATURE);
  });

  test.each(["", "4ccd", `${SECRET}00`, SECRET.replace("4", "g")])("%j is no key", (text) => {
    expect(() => createSignerFromPrivateKey(text)).toThrow(
      expect.objectContaining({ code: "bad_signing_key", disposition: "park" }),
    );
  });

  test("is not in the error about it, nor in what is logged of the signer", () => {
    const wrong = `${SECRET}00`;
    expect(() => createSignerFromPrivateKey(wrong)).not.toThrow(wrong);
    expect(JSON.stringify(createSignerFromPrivateKey(SECRET))).toBe(`{"publicKeyHex":"${PUBLIC}"}`);
  });
});

describe("a key in a file", () => {
  test.each([0o400, 0o600])("of mode %o is read", async (mode) => {
    await write(`${SECRET}\n`, mode);
    expect((await createKeyFileSigner(path)).publicKeyHex).toBe(PUBLIC);
  });

  test.each([0o440, 0o404, 0o644, 0o620, 0o601])("of mode %o is refused", async (mode) => {
    await write(SECRET, mode);
    await expect(createKeyFileSigner(path)).rejects.toMatchObject({
      code: "insecure_key_file",
      disposition: "park",
    });
  });

  test("that is not there is an error that names it", async () => {
    await expect(createKeyFileSigner(path)).rejects.toMatchObject({
      code: "key_file_unreadable",
      disposition: "park",
      message: `cannot read the signing key file ${path}`,
    });
  });

  test("that holds something else is refused without quoting it", async () => {
    await write("correct horse battery staple", 0o400);
    const signer = createKeyFileSigner(path);
    await expect(signer).rejects.toMatchObject({ code: "bad_signing_key" });
    await expect(signer).rejects.not.toThrow("horse");
  });
});
