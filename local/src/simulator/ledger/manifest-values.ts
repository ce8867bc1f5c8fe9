import { type Value, ValueKind } from "@radixdlt/radix-engine-toolkit";
import { ManifestFailure } from "./manifest-frame.ts";
import { Num } from "./numbers.ts";

/** Arguments of a call, when there are as many as the method takes. */
export function argumentsOf(args: Value, method: string, count: number): readonly Value[] {
  if (args.kind !== ValueKind.Tuple || args.fields.length !== count) {
    throw new ManifestFailure(`${method}: wrong number of arguments, ${count} expected`);
  }
  return args.fields;
}

export function decimalOf(value: Value | undefined): Num {
  if (value?.kind !== ValueKind.Decimal) {
    return mismatch("Decimal", value);
  }
  return new Num(value.value.toString());
}

export function addressOfValue(value: Value | undefined): string {
  if (value?.kind !== ValueKind.Address || value.value.kind !== "Static") {
    return mismatch("Address", value);
  }
  return value.value.value;
}

export function localIdOf(value: Value | undefined): string {
  return value?.kind === ValueKind.NonFungibleLocalId
    ? value.value
    : mismatch("NonFungibleLocalId", value);
}

export function bucketIdOf(value: Value | undefined): number {
  return value?.kind === ValueKind.Bucket ? value.value : mismatch("Bucket", value);
}

export function elementsOf(value: Value | undefined): readonly Value[] {
  return value?.kind === ValueKind.Array ? value.elements : mismatch("Array", value);
}

export function entriesOf(value: Value | undefined): readonly { key: Value; value: Value }[] {
  return value?.kind === ValueKind.Map ? value.entries : mismatch("Map", value);
}

/** The value of an `Option`, or null. */
export function optionOf(value: Value | undefined): Value | null {
  if (value?.kind === ValueKind.Enum && value.discriminator === 0) {
    return null;
  }
  const inner =
    value?.kind === ValueKind.Enum && value.discriminator === 1 ? value.fields[0] : undefined;
  return inner ?? mismatch("Option", value);
}

function mismatch(wanted: string, value: Value | undefined): never {
  throw new ManifestFailure(
    `InputDecodeError: ${wanted} expected, ${value?.kind ?? "nothing"} given`,
  );
}
