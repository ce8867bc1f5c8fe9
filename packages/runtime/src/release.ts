import { Gauge, type Registry } from "prom-client";

/** What `package.json` says: every program is released together. */
export const VERSION = "0.1.0";

/** Shows as `<app>_build_info` which release answers: what else is shown is to be read by it. */
export function showBuildInfo(
  registry: Registry,
  { app, revision }: { readonly app: string; readonly revision: string },
): void {
  const info = new Gauge({
    name: `${app}_build_info`,
    help: "1, by the version and the commit that this program was built of.",
    labelNames: ["version", "revision"],
    registers: [registry],
  });
  info.set({ version: VERSION, revision }, 1);
}
