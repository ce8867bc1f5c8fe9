const ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const BECH32M = 0x2bc830a3;
const CHECKSUM_LENGTH = 6;

/** A bech32m text taken apart: `account_sim` and its bytes. */
export interface DecodedAddress {
  readonly prefix: string;
  readonly bytes: Buffer;
}

/** Reads a bech32m text as Radix uses it (no limit of 90 characters), or undefined when it is none. */
export function decodeBech32m(text: string): DecodedAddress | undefined {
  const separator = text.lastIndexOf("1");
  if (separator < 1 || text.length - separator - 1 < CHECKSUM_LENGTH) return undefined;
  const prefix = text.slice(0, separator);
  const words = Array.from(text.slice(separator + 1), (letter) => ALPHABET.indexOf(letter));
  if (words.includes(-1) || checksum([...expand(prefix), ...words]) !== BECH32M) return undefined;
  const bytes = regroup(words.slice(0, -CHECKSUM_LENGTH));
  return bytes && { prefix, bytes };
}

function expand(prefix: string): number[] {
  const codes = Array.from(prefix, (letter) => letter.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function checksum(words: readonly number[]): number {
  let sum = 1;
  for (const word of words) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ word;
    GENERATOR.forEach((value, bit) => {
      if ((top >>> bit) & 1) sum ^= value;
    });
  }
  return sum >>> 0;
}

/** 5-bit words to bytes; undefined when the padding is not zero. */
function regroup(words: readonly number[]): Buffer | undefined {
  const bytes = Buffer.alloc(Math.floor((words.length * 5) / 8));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const word of words) {
    held = ((held << 5) | word) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  return bits < 5 && (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
