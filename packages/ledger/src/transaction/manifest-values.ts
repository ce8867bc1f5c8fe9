import { compareDecimal, DECIMAL_ZERO, type Decimal, formatDecimal } from "@weft/protocol";
import { AppError } from "@weft/runtime";

/**
 * Values for manifest text. Each is checked against a strict pattern before it is put between quotes: nothing that came
 * over a network can end a string and begin an instruction.
 */
const ADDRESS =
  /^(account|component|resource|internal_keyvaluestore)_(?:rdx|sim|loc|tdx_[0-9a-f]{1,2}_)1[02-9ac-hj-np-z]{20,90}$/;
/** Ids of CDPs are whole numbers of 64 bits. */
const INTEGER_LOCAL_ID = /^#(0|[1-9]\d{0,19})#$/;

type AddressKind = "account" | "component" | "resource";

/** `Address("…")`. @throws {AppError} `manifest_invalid` (park) on anything but an address of that kind */
export function addressValue(kind: AddressKind, address: string): string {
  if (ADDRESS.exec(address)?.[1] !== kind) {
    throw invalidManifest(`not the address of a ${kind}: ${quote(address)}`);
  }
  return `Address("${address}")`;
}

/** `NonFungibleLocalId("#…#")`. @throws {AppError} `manifest_invalid` (park) on anything but an integer id */
export function localIdValue(id: string): string {
  if (!INTEGER_LOCAL_ID.test(id)) throw invalidManifest(`not a CDP's id: ${quote(id)}`);
  return `NonFungibleLocalId("${id}")`;
}

/** Ids of any NFT: text, a whole number, bytes or 256 random bits. */
const LOCAL_ID =
  /^(<\w{1,64}>|#(0|[1-9]\d{0,19})#|\[([0-9a-f]{2}){1,64}\]|\{[0-9a-f]{16}(-[0-9a-f]{16}){3}\})$/;

/** `NonFungibleLocalId("…")` of any NFT. @throws {AppError} `manifest_invalid` (park) on anything but a local id */
export function nftIdValue(id: string): string {
  if (!LOCAL_ID.test(id)) throw invalidManifest(`not a local id: ${quote(id)}`);
  return `NonFungibleLocalId("${id}")`;
}

/** `Decimal("…")`. @throws {AppError} `manifest_invalid` (park) below `least` */
export function decimalValue(value: Decimal, what: string, least: "zero" | "above_zero"): string {
  const order = compareDecimal(value, DECIMAL_ZERO);
  if (order < 0 || (order === 0 && least === "above_zero")) {
    throw invalidManifest(`${what} must be above zero: ${formatDecimal(value)}`);
  }
  return `Decimal("${formatDecimal(value)}")`;
}

/** A manifest cannot be written from these values. */
export function invalidManifest(message: string): AppError {
  return new AppError("manifest_invalid", message, { disposition: "park" });
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
