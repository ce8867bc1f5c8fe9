import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "tools/**/*.test.ts",
      "{environments,charts,infra,bench}/{src,test}/**/*.test.ts",
      "{apps,packages}/*/{src,test}/**/*.test.ts",
      "local/{src,test}/**/*.test.ts",
    ],
    // Modules keep no state, so files may share them: a third of the time.
    isolate: false,
    maxWorkers: availableParallelism(),
    // Only for what hangs: whole systems run beside the small tests, and a busy machine is no failure.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { requireAssertions: true },
    restoreMocks: true,
    unstubEnvs: true,
  },
});
