import { z } from "zod";

/** An unsigned 64-bit ledger number as text: JSON numbers lose digits beyond 2^53. */
export const u64Text = z.string().regex(/^(0|[1-9]\d{0,19})$/, "a whole number as text");

/** A ledger amount as decimal text with up to 18 digits after the point; never exponent notation. */
export const decimalText = z
  .string()
  .regex(/^-?\d+(\.\d{1,18})?$/, "decimal text, up to 18 digits");

/** A CDP's local id: an integer id as the ledger writes it, `#12#`. */
export const cdpId = z.string().regex(/^#(0|[1-9]\d{0,19})#$/, "an integer local id such as #12#");

/** A run, named by the second it was scheduled for, UTC (`20261120T215500Z`): later runs sort after earlier ones as text. */
export const runId = z.string().regex(/^\d{8}T\d{6}Z$/, "a run id such as 20261120T215500Z");

/** An instant as RFC 3339 text in UTC. */
export const instant = z.iso.datetime();

/** A resource address as bech32m text. */
export const resourceAddress = z.string().regex(/^resource_[a-z0-9_]+$/, "a resource address");

/** One trace from dispatch to commit: 32 lower-case hex digits. */
export const traceId = z.string().regex(/^[0-9a-f]{32}$/, "32 hex digits");
