import type { Environment, Names } from "@weft/environments";
import type { ImageName } from "./images.ts";

/** What every blueprint is made from: one environment, its names, and where images come from. */
export interface Context {
  readonly env: Environment;
  readonly names: Names;
  readonly image: (name: ImageName) => string;
}
