import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";
import { isMain, runMain, SetupError } from "./setup-error.mjs";
import { runScript } from "./script.mjs";
import { setUp } from "./steps.mjs";

const FOLDER = join(ROOT, "kernel-model", "bench");
const ENDING = ".bench.cts";

/**
 * `npm run bench [NAME...] [-- ARGUMENTS]`: runs the benchmarks of kernel-model/bench one after the other, all or those named.
 * @param {string[]} args
 */
async function bench(args) {
  const end = args.findIndex((arg) => arg.startsWith("-"));
  const names = end < 0 ? args : args.slice(0, end);
  const rest = end < 0 ? [] : args.slice(end).filter((arg) => arg !== "--");
  const known = existsSync(FOLDER)
    ? readdirSync(FOLDER)
        .filter((file) => file.endsWith(ENDING))
        .map((file) => file.slice(0, -ENDING.length))
        .sort()
    : [];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new SetupError(`There is no benchmark "${unknown}"`, `name one of: ${known.join(", ") || "(none yet)"}`);
  if (known.length === 0) throw new SetupError(`There is no benchmark in ${FOLDER}`, `add one: NAME${ENDING}`);
  await setUp({ python: false });
  let failed = 0;
  for (const name of names.length > 0 ? names : known) {
    console.log(`\n== ${name}`);
    if ((await runScript(join(FOLDER, name + ENDING), rest, ["--expose-gc"])) !== 0) failed++;
  }
  return failed === 0 ? 0 : 1;
}

if (isMain(import.meta.url)) await runMain(() => bench(process.argv.slice(2)));
