import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleApp } from "../../../tools/bundle.ts";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
const PAUSING = join(REPOSITORY, "apps/liquidator/test/pausing-run-step.ts");

/** Bundles the liquidator as it is but for one module: its steps wait where a test tells them to. */
export async function bundleWithPauses(outfile: string): Promise<void> {
  let replaced = 0;
  await bundleApp("liquidator", {
    outfile,
    plugins: [
      {
        name: "pausing-steps",
        setup(build) {
          build.onResolve({ filter: /\/run-step\.ts$/ }, () => {
            replaced += 1;
            return { path: PAUSING };
          });
        },
      },
    ],
  });
  if (replaced === 0) throw new Error("the liquidator has no run-step.ts to replace");
}
