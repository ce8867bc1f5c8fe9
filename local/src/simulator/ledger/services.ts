import { type Frame, ManifestFailure } from "./manifest-frame.ts";

export const LOAN_SERVICES = [
  "Borrow",
  "Repay",
  "RepayForRefinance",
  "RepayForLiquidation",
  "RepayForNFTLiquidation",
] as const;

export const COLLATERAL_SERVICES = [
  "Add",
  "Remove",
  "FlashOperation",
  "RemoveForLiquidation",
] as const;

export const COLLATERAL_LEVELS = [
  "GlobalResource",
  "GlobalNFT",
  "GlobalLSU",
  "GlobalClaimNFT",
] as const;

/** Where the services that are off are kept, in the table of them. */
export const OFF = "off";

/**
 * Refuses what the market has switched off, be it at one level or at another.
 * @throws {ManifestFailure}
 */
export function mustBeOn(
  frame: Frame,
  service: (typeof LOAN_SERVICES)[number] | (typeof COLLATERAL_SERVICES)[number],
  levels: readonly string[],
): void {
  const off = frame.state.services.get(OFF) ?? [];
  for (const level of levels) {
    if (off.includes(`${service}/${level}`)) {
      throw new ManifestFailure(`LendingMarket: ${service} of ${level} is switched off`);
    }
  }
}

/** @throws {RangeError} on anything but a service with its level */
export function checkService(name: string, isResource: (address: string) => boolean): void {
  const [service = "", level = "", ...more] = name.split("/");
  const isLoan = (LOAN_SERVICES as readonly string[]).includes(service);
  const isCollateral = (COLLATERAL_SERVICES as readonly string[]).includes(service);
  const levels: readonly string[] = isLoan ? ["Global"] : COLLATERAL_LEVELS;
  const fits = (isLoan || isCollateral) && (levels.includes(level) || isResource(level));
  if (!fits || more.length > 0) {
    throw new RangeError(
      `${name} is no service: write RepayForLiquidation/Global or RemoveForLiquidation/<resource>`,
    );
  }
}
