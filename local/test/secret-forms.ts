import { inspect } from "node:util";

/** How the bytes of a key come out when somebody prints them: as a whole, or as the first half of it. */
export function formsOfKey(privateKeyHex: string): string[] {
  const bytes = Buffer.from(privateKeyHex, "hex");
  const half = bytes.subarray(0, bytes.length / 2);
  const hex = half.toString("hex");
  return [
    hex,
    hex.toUpperCase(),
    [...half].join(","),
    [...half].join(", "),
    // As util.inspect shows a buffer.
    inspect(half).slice("<Buffer ".length, -1),
    // Three bytes are four characters: the rest of the last group depends on what follows.
    ...(["base64", "base64url"] as const).map((form) => half.toString(form).slice(0, 20)),
    ...[bytes, half].map((part) => BigInt(`0x${part.toString("hex")}`).toString()),
  ];
}

/** A secret that is text, as it is or as text is passed on. */
export function formsOfText(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("hex"),
    Buffer.from(secret).toString("base64").replace(/=+$/, "").slice(0, -2),
  ];
}
