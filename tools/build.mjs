// Bundles each program to build/<app>/main.mjs: one file, what the images run.
import { bundleApp } from "./bundle.ts";

const apps = ["dispatcher", "indexer", "liquidator"];

await Promise.all(apps.map((app) => bundleApp(app, { outfile: `build/${app}/main.mjs` })));
