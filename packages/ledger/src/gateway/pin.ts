/** Selects an exact past state. State versions stay far below 2^53: they count transactions. */
export function atStateVersion(stateVersion: bigint): { readonly state_version: number } {
  const version = Number(stateVersion);
  if (!Number.isSafeInteger(version)) {
    throw new RangeError(`not a state version: ${stateVersion}`);
  }
  return { state_version: version };
}
