import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { runProgram } from "./output.mjs";
import { ROOT, places } from "./paths.mjs";

/**
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string} [note] e.g. why something was skipped
 */

/** @typedef {{ name: string, what: string, run: () => Promise<Outcome> }} Stage */

/**
 * The stages of `npm test` after the set-up, in order.
 * @type {readonly Stage[]}
 */
export const STAGES = [
  {
    name: "types",
    what: "type check of everything, tests and set-up included",
    run: () => whole(["node_modules/typescript/bin/tsc", "-b"]),
  },
  {
    name: "lint",
    what: "prettier, and eslint without a warning",
    run: () =>
      all(
        ["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."],
        ["node_modules/eslint/bin/eslint.js", ".", "--max-warnings", "0"],
      ),
  },
  {
    name: "unit",
    what: "unit tests, and the declarations read by tslab's TypeScript",
    run: () => vitest("model", "helpers", "timed"),
  },
  { name: "notebooks", what: "every notebook run again and compared with its committed outputs", run: notebooks },
  { name: "browser", what: "JupyterLab and exported pages in Chromium", run: browserTests },
];

/**
 * A program that passes or fails as one.
 * @param {string[]} args for node
 * @returns {Promise<Outcome>}
 */
async function whole(args) {
  const { status } = await runProgram(process.execPath, args, { cwd: ROOT });
  return status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/**
 * Programs that each pass or fail as one, side by side.
 * @param {readonly string[][]} programs arguments for node
 * @returns {Promise<Outcome>}
 */
async function all(...programs) {
  const outcomes = await Promise.all(programs.map((args) => whole(args)));
  const passed = outcomes.filter((outcome) => outcome.passed === 1).length;
  return { passed, failed: programs.length - passed, skipped: 0 };
}

/**
 * Runs projects of vitest.config.mjs and counts their tests from vitest's own report.
 * @param {string[]} projects
 * @returns {Promise<Outcome>}
 */
async function vitest(...projects) {
  const folder = mkdtempSync(join(tmpdir(), "mm-lab-test-"));
  try {
    const report = join(folder, "report.json");
    const { status } = await runProgram(
      process.execPath,
      [
        "node_modules/vitest/vitest.mjs",
        "run",
        ...projects.map((project) => `--project=${project}`),
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
      ],
      { cwd: ROOT },
    );
    return countVitest(readIfThere(report), status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @typedef {object} VitestReport
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, name: string, assertionResults: { status: string }[] }[]} testResults
 */

/**
 * What a vitest run amounts to. A file that could not be loaded has no failed test, and an unhandled error belongs to
 * none: both count as one failure, and so does a run without any test.
 * @param {string | undefined} text vitest's JSON report
 * @param {number} status vitest's exit status
 * @returns {Outcome}
 */
export function countVitest(text, status) {
  if (text === undefined)
    return { passed: 0, failed: 1, skipped: 0, note: `vitest ended with status ${status} and no report` };
  const report = /** @type {VitestReport} */ (JSON.parse(text));
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const counted = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  const unexplained = status !== 0 && counted.failed === 0;
  const empty = counted.passed + counted.failed + counted.skipped === 0;
  if (!unexplained && !empty) return counted;
  return {
    ...counted,
    failed: counted.failed + 1,
    note: empty
      ? "no test was found"
      : `vitest ended with status ${status} though no test failed (an unhandled error, see above)`,
  };
}

/** @returns {Promise<Outcome>} */
async function notebooks() {
  const { notebooks: folder } = places();
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith(".ipynb"))
    .sort()
    .map((name) => relative(ROOT, join(folder, name)));
  if (paths.length === 0) return { passed: 0, failed: 1, skipped: 0, note: "there is no notebook in notebooks/" };
  const waiting = [...paths];
  let passed = 0;
  // One call each: a notebook that cannot even be read must not hide the others. Two at a time: each is one kernel, which computes
  // on one core.
  const checker = async () => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const { status } = await runProgram(process.execPath, ["helpers/setup/mm-lab.mjs", "run", "--check", path], {
        cwd: ROOT,
      });
      if (status === 0) passed++;
    }
  };
  await Promise.all([checker(), checker()]);
  return { passed, failed: paths.length - passed, skipped: 0 };
}

/** @returns {Promise<Outcome>} */
async function browserTests() {
  const { findChromium } = await import("../dist/doctor/chromium.js");
  const required = process.env["MMLAB_REQUIRE_BROWSER"] === "1";
  if (findChromium() !== undefined) {
    const outcome = await vitest("browser");
    return required && outcome.skipped > 0
      ? {
          ...outcome,
          failed: outcome.failed + outcome.skipped,
          skipped: 0,
          note: "MMLAB_REQUIRE_BROWSER=1: a skipped browser test is a failure",
        }
      : outcome;
  }
  const reason = "no Chromium found (install chromium, or name one in MMLAB_CHROMIUM)";
  return required
    ? { passed: 0, failed: 1, skipped: 0, note: `MMLAB_REQUIRE_BROWSER=1, but ${reason}` }
    : { passed: 0, failed: 0, skipped: 1, note: `browser tests skipped: ${reason}` };
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
