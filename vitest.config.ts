import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "tools/**/*.test.ts",
      "{environments,charts,infra}/{src,test}/**/*.test.ts",
      "{apps,packages}/*/{src,test}/**/*.test.ts",
      "local/{src,test}/**/*.test.ts",
    ],
    expect: { requireAssertions: true },
    restoreMocks: true,
    unstubEnvs: true,
  },
});
