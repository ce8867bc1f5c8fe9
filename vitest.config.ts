import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "{environments,charts}/{src,test}/**/*.test.ts",
      "{apps,packages}/*/{src,test}/**/*.test.ts",
      "local/{src,test}/**/*.test.ts",
    ],
    // Modules keep no state, so files may share them: a third of the time.
    isolate: false,
    maxWorkers: availableParallelism(),
    expect: { requireAssertions: true },
    restoreMocks: true,
    unstubEnvs: true,
  },
});
