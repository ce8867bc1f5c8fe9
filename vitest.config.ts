import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Modules keep no state, so files may share them: a third of the time.
    isolate: false,
    maxWorkers: availableParallelism(),
    // Only for what hangs: a busy machine is no failure.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { requireAssertions: true },
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: {
          name: "code",
          include: [
            "tools/**/*.test.ts",
            "{environments,charts,infra,bench,local}/src/**/*.test.ts",
            "{apps,packages}/*/{src,test}/**/*.test.ts",
          ],
        },
      },
      // The real programs as processes, killed, lied to and starved: minutes.
      { extends: true, test: { name: "system", include: ["{local,charts}/test/**/*.test.ts"] } },
    ],
  },
});
