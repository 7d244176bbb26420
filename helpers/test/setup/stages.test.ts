import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, run } from "./copy.js";

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly note?: string;
}

/** Calls countVitest of helpers/setup/stages.mjs, which is plain JavaScript outside this project. */
function count(report: object | undefined, status: number): Outcome {
  const script = `import { countVitest } from ${JSON.stringify(join(ROOT, "helpers", "setup", "stages.mjs"))};
    console.log(JSON.stringify(countVitest(${JSON.stringify(report === undefined ? undefined : JSON.stringify(report))}, ${status})));`;
  return JSON.parse(
    spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).stdout,
  ) as Outcome;
}
const report = (passed: number, failed: number, pending: number, files: readonly [string, string[]][]): object => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: 0,
  testResults: files.map(([status, tests]) => ({
    status,
    name: "f",
    assertionResults: tests.map((one) => ({ status: one })),
  })),
});

test("the last line counts what vitest counted", () => {
  expect(count(report(5, 0, 2, [["passed", ["passed"]]]), 0)).toEqual({ passed: 5, failed: 0, skipped: 2 });
  expect(count(report(4, 1, 0, [["failed", ["failed", "passed"]]]), 1)).toEqual({ passed: 4, failed: 1, skipped: 0 });
});

test("failures that vitest counts nowhere are failures", () => {
  expect(
    count(
      report(5, 0, 0, [
        ["passed", ["passed"]],
        ["failed", []],
      ]),
      1,
    ),
    "a file that cannot be loaded",
  ).toMatchObject({ passed: 5, failed: 1 });
  expect(count(report(5, 0, 0, [["passed", ["passed"]]]), 1), "an unhandled error").toMatchObject({
    failed: 1,
    note: expect.stringContaining("status 1") as string,
  });
  expect(count(report(0, 0, 0, []), 0), "no test at all").toMatchObject({ failed: 1, note: "no test was found" });
  expect(count(undefined, 137), "vitest killed").toMatchObject({
    passed: 0,
    failed: 1,
    note: expect.stringContaining("status 137") as string,
  });
});

test("an unknown stage is refused", async () => {
  const { status, stderr } = await run(process.execPath, [
    join(ROOT, "helpers", "setup", "test.mjs"),
    "--only",
    "unti",
  ]);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /npm test does not know "unti"\.\n {2}Remedy: write `npm test`, or `npm test -- --only STAGE,\.\.\.` with stages of: types, lint, unit, notebooks, browser/,
  );
});
