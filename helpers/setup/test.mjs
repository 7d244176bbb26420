import { seconds, say } from "./output.mjs";
import { isMain, runMain, SetupError } from "./setup-error.mjs";
import { STAGES } from "./stages.mjs";
import { setUp } from "./steps.mjs";

/** @typedef {import("./stages.mjs").Outcome} Outcome */
/** @typedef {{ name: string, time: string, outcome: Outcome }} Row */

const HELP = `Usage: npm test [-- --only STAGE,...]

Sets up what is missing, then runs every stage, also after one that failed:
${STAGES.map(({ name, what }) => `  ${name.padEnd(10)} ${what}`).join("\n")}

The last line is \`N passed, N failed\`, and \`, N skipped\` where anything was. Exit status: 0 only if nothing failed.`;

/**
 * `npm test`.
 * @param {string[]} args
 * @returns {Promise<number>} exit status
 */
async function test(args) {
  if (args.includes("--help")) {
    console.log(HELP);
    return 0;
  }
  const stages = chooseStages(args);
  /** @type {Row[]} */
  const rows = [];
  const setup = await timed("set-up", async () => {
    try {
      await setUp(); // type errors are the business of the type check
      return { passed: 1, failed: 0, skipped: 0 };
    } catch (error) {
      console.error(error instanceof SetupError ? `mm-lab: ${error.message}` : error);
      return { passed: 0, failed: 1, skipped: 0, note: "nothing can be tested before the set-up works" };
    }
  });
  rows.push(setup);
  if (setup.outcome.failed === 0)
    for (const { name, what, run } of stages) {
      say(`== ${name}: ${what}`);
      rows.push(await timed(name, run));
    }
  printSummary(rows);
  return rows.some(({ outcome }) => outcome.failed > 0) ? 1 : 0;
}

/** @param {string[]} args */
function chooseStages(args) {
  const [option, value, ...more] = args.flatMap((arg) =>
    arg.startsWith("--only=") ? ["--only", arg.slice(7)] : [arg],
  );
  if (option === undefined) return STAGES;
  const known = STAGES.map(({ name }) => name);
  const names = value?.split(",") ?? [];
  const unknown = names.find((name) => !known.includes(name));
  if (option !== "--only" || value === undefined || more.length > 0 || unknown !== undefined) {
    throw new SetupError(
      `npm test does not know ${JSON.stringify(unknown ?? args.join(" "))}`,
      `write \`npm test\`, or \`npm test -- --only STAGE,...\` with stages of: ${known.join(", ")}`,
    );
  }
  return STAGES.filter(({ name }) => names.includes(name));
}

/**
 * @param {string} name
 * @param {() => Promise<Outcome>} run
 * @returns {Promise<Row>}
 */
async function timed(name, run) {
  const started = Date.now();
  const outcome = await run();
  return { name, time: seconds(started), outcome };
}

/** @param {readonly Row[]} rows */
function printSummary(rows) {
  console.log("");
  for (const {
    name,
    time,
    outcome: { passed, failed, skipped, note },
  } of rows) {
    console.log(
      `${failed > 0 ? "FAIL" : passed > 0 ? "ok  " : "skip"}  ${name.padEnd(10)} ${counts(passed, failed, skipped).padEnd(34)} ${time}${note === undefined ? "" : `  ${note}`}`,
    );
  }
  const sum = (/** @type {"passed" | "failed" | "skipped"} */ key) =>
    rows.reduce((total, { outcome }) => total + outcome[key], 0);
  console.log(counts(sum("passed"), sum("failed"), sum("skipped")));
}

/**
 * @param {number} passed
 * @param {number} failed
 * @param {number} skipped
 */
function counts(passed, failed, skipped) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

if (isMain(import.meta.url)) await runMain(() => test(process.argv.slice(2)));
