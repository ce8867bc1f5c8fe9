// Bundles each program to build/<app>/main.mjs: one file, what the images run.
import { build } from "esbuild";

const apps = ["dispatcher", "indexer", "liquidator"];

await Promise.all(
  apps.map((app) =>
    build({
      entryPoints: [`apps/${app}/src/main.ts`],
      outfile: `build/${app}/main.mjs`,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node24",
      sourcemap: true,
      logLevel: "warning",
      // CommonJS dependencies call require() for Node's own modules.
      banner: {
        js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
      },
    }),
  ),
);
