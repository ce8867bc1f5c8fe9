const FIRST_CAPACITY = 16_384;
const SEVEN_BITS = 0x7f;

/** Bytes that grow at their end. */
export interface ByteSink {
  readonly length: number;
  byte(value: number): void;
  bytes(value: Uint8Array): void;
  /** UTF-8, without its length. */
  text(value: string): void;
  /** Little-endian. */
  uint32(value: number): void;
  /** Little-endian, two's complement. */
  int64(value: bigint): void;
  /** Big-endian, two's complement: what does not fit in 128 bits is cut. */
  int128(value: bigint): void;
  /** Unsigned LEB128. @param value a whole number from 0 to 2^53 - 1 */
  varint(value: number): void;
  /** What `write` adds, behind its length as a `uint32`. */
  sized(write: () => void): void;
  /** All bytes so far: a view, good until the next is added. */
  view(): Uint8Array;
  /** Begins anew, keeping the memory. */
  clear(): void;
}

export function createByteSink(): ByteSink {
  let buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  // Its integers are machine code, those of a Buffer are checked and taken apart byte by byte.
  let numbers = new DataView(buffer.buffer);
  let length = 0;
  /** Makes room for as many bytes as come next, and returns where they begin. */
  const reserve = (count: number): number => {
    const start = length;
    length += count;
    if (length > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * buffer.length));
      buffer.copy(larger, 0, 0, start);
      buffer = larger;
      numbers = new DataView(buffer.buffer);
    }
    return start;
  };
  const byte = (value: number) => {
    const start = reserve(1);
    buffer[start] = value;
  };
  return {
    get length() {
      return length;
    },
    byte,
    bytes(value) {
      const start = reserve(value.length);
      buffer.set(value, start);
    },
    text(value) {
      const start = reserve(Buffer.byteLength(value));
      buffer.write(value, start);
    },
    uint32(value) {
      const start = reserve(4);
      numbers.setUint32(start, value, true);
    },
    int64(value) {
      const start = reserve(8);
      numbers.setBigInt64(start, value, true);
    },
    int128(value) {
      const start = reserve(16);
      // Each takes the lower 64 bits of what it is given.
      numbers.setBigInt64(start, value >> 64n);
      numbers.setBigUint64(start + 8, value);
    },
    varint(value) {
      let rest = value;
      while (rest > SEVEN_BITS) {
        byte((rest % 128) + 128);
        rest = Math.floor(rest / 128);
      }
      byte(rest);
    },
    sized(write) {
      const start = reserve(4);
      write();
      numbers.setUint32(start, length - start - 4, true);
    },
    view: () => buffer.subarray(0, length),
    clear() {
      length = 0;
    },
  };
}
