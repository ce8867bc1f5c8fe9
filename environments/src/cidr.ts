/** The addresses of an IPv4 block, both ends included, as 32-bit numbers. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
  /** The address as written is the first of the block. */
  readonly aligned: boolean;
}

/** `cidr` has been checked to be one. */
export function addressRange(cidr: string): AddressRange {
  const [address = "", prefixText = ""] = cidr.split("/");
  const prefix = Number(prefixText);
  const written = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - prefix);
  const first = Math.floor(written / size) * size;
  return { first, last: first + size - 1, prefix, aligned: written === first };
}

export function isWithin(inner: string, outer: string): boolean {
  const [a, b] = [addressRange(inner), addressRange(outer)];
  return a.first >= b.first && a.last <= b.last;
}

export function overlaps(one: string, other: string): boolean {
  const [a, b] = [addressRange(one), addressRange(other)];
  return a.first <= b.last && b.first <= a.last;
}
