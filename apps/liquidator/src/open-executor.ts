import {
  accountAddressOf,
  createKeyFileSigner,
  createKms,
  createKmsSigner,
  NETWORK_IDS,
  type Signer,
} from "@weft/ledger";
import { AppError } from "@weft/runtime";
import type { Config } from "./config.ts";

/** Who signs, and the account that pays and is paid. */
export interface Executor {
  readonly signer: Signer;
  readonly account: string;
}

type SignerSettings = Pick<
  Config,
  | "NETWORK"
  | "AWS_REGION"
  | "AWS_ENDPOINT_URL_KMS"
  | "SIGNER"
  | "SIGNING_KEY_FILE"
  | "SIGNING_KEY_ID"
  | "SIGNER_ACCOUNT"
>;

/**
 * Opens the key that the environment names; null when there is none.
 *
 * @throws {AppError} `wrong_account` (park) when the key is not that of the account that is meant; what the signer throws
 */
export async function openExecutor(
  config: SignerSettings,
  signal: AbortSignal,
): Promise<Executor | null> {
  const signer = await openSigner(config, signal);
  if (signer === null) return null;
  const account = await accountAddressOf(signer.publicKeyHex, NETWORK_IDS[config.NETWORK]);
  const meant = config.SIGNER_ACCOUNT;
  if (meant !== undefined && meant !== account) {
    const message = `the signing key is that of ${account}, but SIGNER_ACCOUNT is ${meant}: correct the one or the other`;
    throw new AppError("wrong_account", message, { disposition: "park" });
  }
  return { signer, account };
}

async function openSigner(config: SignerSettings, signal: AbortSignal): Promise<Signer | null> {
  const { SIGNER, SIGNING_KEY_FILE: path, SIGNING_KEY_ID: keyId } = config;
  if (SIGNER === "file" && path !== undefined) return createKeyFileSigner(path);
  if (SIGNER === "kms" && keyId !== undefined) {
    const endpointUrl = config.AWS_ENDPOINT_URL_KMS;
    const kms = createKms({ region: config.AWS_REGION, endpointUrl });
    return createKmsSigner({ kms, keyId, signal });
  }
  return null;
}
