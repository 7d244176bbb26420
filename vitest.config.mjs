import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["kernel-model/test/**/*.test.ts", "helpers/test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
