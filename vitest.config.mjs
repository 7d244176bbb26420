import { defineConfig } from "vitest/config";

// Two groups: browser tests start servers and browsers, so they run after the others and one file at a time.
const browser = ["helpers/test/browser/**/*.test.ts"];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    // The built packages are loaded by Node itself, as their users load them: once, whoever asks.
    // Default imports of CommonJS packages are what Node makes of them.
    deps: { interopDefault: false },
    server: { deps: { external: [/\/(?:kernel-model|helpers)\/dist\//] } },
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["kernel-model/test/**/*.test.ts", "helpers/test/**/*.test.ts"],
          exclude: browser,
        },
      },
      { extends: true, test: { name: "browser", include: browser, fileParallelism: false } },
    ],
  },
});
