import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Start servers and browsers. */
const browser = ["helpers/test/browser/**/*.test.ts"];

/** Measure how long something takes, or use every core themselves. */
const timed = [
  "helpers/test/cli/explore.test.ts",
  "helpers/test/explore/parallel.test.ts",
  "helpers/test/notebook/{channel,explore,interrupt,lifecycle}.test.ts",
  "helpers/test/setup/**/*.test.ts",
  "helpers/test/start/**/*.test.ts",
];

// Groups, one after the other. Only what neither measures nor is measured runs beside other files, on every core. The model is
// pure, so that its files share what they import.
export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 120_000,
    deps: { interopDefault: false }, // a default import is what Node.js makes of it
    maxWorkers: availableParallelism(),
    maxConcurrency: 2, // tests of a file that say so: mostly they wait for processes
    projects: [
      {
        extends: true,
        test: {
          name: "model",
          include: ["kernel-model/test/**/*.test.ts"],
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "helpers",
          include: ["helpers/test/**/*.test.ts"],
          exclude: [...browser, ...timed],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "timed", include: timed, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: "browser", include: browser, fileParallelism: false, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
