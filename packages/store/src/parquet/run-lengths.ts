import type { ByteSink } from "./byte-sink.ts";

/** Bits that numbers from 0 to `max` take, at least 1. */
export function bitsOf(max: number): number {
  return Math.max(1, 32 - Math.clz32(max));
}

/**
 * Small numbers in Parquet's hybrid of run lengths and bit packing: one run where all are the same, else all packed.
 *
 * Source: apache/parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 */
export function writeRunLengths(sink: ByteSink, values: readonly number[], bits: number): void {
  const [first = 0] = values;
  if (values.every((value) => value === first)) {
    sink.varint(values.length << 1);
    for (let shift = 0; shift < bits; shift += 8) sink.byte((first >>> shift) & 0xff);
    return;
  }
  const groups = Math.ceil(values.length / 8);
  sink.varint((groups << 1) | 1);
  let pending = 0;
  let pendingBits = 0;
  // The last group is filled up with zeros; who reads knows how many values there are.
  for (let index = 0; index < groups * 8; index += 1) {
    pending |= (values[index] ?? 0) << pendingBits;
    pendingBits += bits;
    while (pendingBits >= 8) {
      sink.byte(pending & 0xff);
      pending >>>= 8;
      pendingBits -= 8;
    }
  }
}
