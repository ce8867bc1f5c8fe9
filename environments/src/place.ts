export interface Place {
  readonly region: string;
  readonly vpcCidr: string;
  /** The region it is not in. */
  readonly standby: { readonly region: string; readonly vpcCidr: string };
}

/**
 * Where an environment is, of two regions that each keep a block of addresses for it: the region is said once, so that a
 * move changes one word.
 *
 * @param blocks the VPC's addresses, by region
 */
export function place<R extends string>(region: R, blocks: Readonly<Record<R, string>>): Place {
  const places = Object.entries<string>(blocks).map(([name, vpcCidr]) => ({
    region: name,
    vpcCidr,
  }));
  const [standby] = places.filter((one) => one.region !== region);
  if (standby === undefined) throw new Error(`${region}: name a second region, to move to`);
  return { region, vpcCidr: blocks[region], standby };
}
