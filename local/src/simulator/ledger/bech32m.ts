/** Bech32m (BIP-350) with Radix's longer limit: how the toolkit writes addresses. Encoding only. */
const CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const BECH32M_CONSTANT = 0x2bc830a3;

/** @param data whole bytes; the last five-bit word is padded with zeros */
export function encodeBech32m(humanReadablePart: string, data: Uint8Array): string {
  const words = toWords(data);
  const checksum = checksumOf(humanReadablePart, words);
  return `${humanReadablePart}1${[...words, ...checksum].map((word) => CHARSET.charAt(word)).join("")}`;
}

function toWords(data: Uint8Array): number[] {
  const words: number[] = [];
  let held = 0;
  let bits = 0;
  for (const byte of data) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      words.push((held >> bits) & 31);
    }
  }
  if (bits > 0) {
    words.push((held << (5 - bits)) & 31);
  }
  return words;
}

function checksumOf(humanReadablePart: string, words: readonly number[]): number[] {
  const codes = Array.from(humanReadablePart, (letter) => letter.charCodeAt(0));
  const expanded = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
  const sum = polymod([...expanded, ...words, 0, 0, 0, 0, 0, 0]) ^ BECH32M_CONSTANT;
  return Array.from({ length: 6 }, (_, index) => (sum >> (5 * (5 - index))) & 31);
}

function polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of GENERATOR.entries()) {
      if ((top >> bit) & 1) {
        sum ^= generator;
      }
    }
  }
  return sum;
}
