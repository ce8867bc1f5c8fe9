import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

/** What runs: one file per program, with a source map beside it. */
export async function bundleApp(
  app: string,
  options: { readonly outfile: string; readonly plugins?: readonly Plugin[] },
): Promise<void> {
  await build({
    entryPoints: [`apps/${app}/src/main.ts`],
    outfile: options.outfile,
    absWorkingDir: fileURLToPath(new URL("../", import.meta.url)),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    sourcemap: true,
    logLevel: "warning",
    plugins: [...(options.plugins ?? [])],
    // CommonJS dependencies call require() for Node's own modules.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  });
}
