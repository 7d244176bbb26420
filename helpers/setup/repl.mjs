import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { inspect } from "node:util";
import { ROOT, places } from "./paths.mjs";
import { isMain, runMain } from "./setup-error.mjs";
import { SCRIPT_OPTIONS } from "./script.mjs";
import { setUp } from "./steps.mjs";

const GREETING = `mm-lab: a TypeScript REPL with the model and the helpers loaded.
  ksm ...       the mechanisms of @mm-lab/kernel-model by name, and all else it exports
  table ...     the exports of @mm-lab/helpers
  aq            Arquero
  .type x       the type of x          .help  more commands          Ctrl-D  ends`;

/** Packages whose exports become globals; of two exports of one name the first package's wins. */
const PACKAGES = ["@mm-lab/kernel-model", "@mm-lab/helpers"];

/**
 * @typedef {import("ts-node").ReplService & { startInternal(options: import("node:repl").ReplOptions): import("node:repl").REPLServer }} ReplService
 * startInternal is not in ts-node's types; it is what its own `start` calls (ts-node is pinned).
 */

/** Starts the REPL; with input from a pipe it prints values only, and fails if any line did. */
async function startRepl() {
  await setUp({ python: false });
  process.chdir(ROOT); // what the user imports is looked up from here
  const { state } = places();
  mkdirSync(state, { recursive: true });
  const interactive = process.stdin.isTTY === true;
  process.env["TS_NODE_HISTORY"] = interactive ? join(state, "repl-history") : " "; // a blank means none
  const require = createRequire(join(ROOT, "package.json"));
  // ts-node declares every builtin module as a name, and `node:sqlite` and its like (Node 24) are none.
  const Module = /** @type {{ builtinModules: readonly string[] }} */ (require("node:module"));
  Module.builtinModules = Module.builtinModules.filter((name) => !name.includes(":"));
  /** @type {typeof import("ts-node")} */
  const tsNode = require("ts-node");
  const declarations = loadGlobals(require);
  let failed = false;
  let evaluating = 0;
  let incomplete = false;
  // Type errors reach only this stream: ts-node gives them to no callback.
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      failed = true;
      process.stderr.write(chunk, done);
    },
  });
  const input = interactive ? process.stdin : new PassThrough();
  const repl = /** @type {ReplService} */ (tsNode.createRepl({ stdin: input, stdout: process.stdout, stderr }));
  repl.setService(
    tsNode.create({
      ...repl.evalAwarePartialHost,
      cwd: ROOT,
      skipProject: true,
      experimentalReplAwait: true,
      ignoreDiagnostics: [],
      compilerOptions: { ...SCRIPT_OPTIONS, strict: true, noImplicitAny: false },
    }),
  );
  if (interactive) console.log(GREETING);
  const { toBundle } = require("@mm-lab/helpers");
  const server = repl.startInternal({
    prompt: interactive ? "> " : "",
    ignoreUndefined: !interactive,
    writer: (/** @type {unknown} */ value) =>
      plainText(toBundle(value)) ?? inspect(value, { colors: interactive && process.stdout.isTTY, maxArrayLength: 50 }),
    eval(code, context, file, done) {
      evaluating++;
      repl.nodeEval(code, context, file, (error, value) => {
        evaluating--;
        incomplete = error?.constructor.name === "Recoverable";
        if (interactive || error === null || incomplete) return done(error, value);
        stderr.write(`Uncaught ${ownFrames(error)}\n`);
        done(null, undefined);
      });
    },
  });
  if (!interactive) server.displayPrompt = () => undefined;
  const declare = () => void repl.evalCode(declarations);
  declare();
  server.on("reset", declare); // .clear forgets them
  const ended = new Promise((resolve) => server.once("exit", resolve));
  if (input instanceof PassThrough) {
    await feed(input, server, () => evaluating === 0);
    if (incomplete) stderr.write("The input ends in the middle of a statement\n");
  }
  await ended;
  return failed && !interactive ? 1 : 0;
}

/**
 * Hands piped lines over one by one, each after the one before it has its value: `await` would be overtaken otherwise.
 * @param {PassThrough} input
 * @param {import("node:repl").REPLServer} server
 * @param {() => boolean} isIdle
 */
async function feed(input, server, isIdle) {
  let text = "";
  let taken = 0;
  let given = 0;
  server.on("line", () => taken++);
  for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
  for (const line of text.split("\n")) {
    input.write(`${line}\n`);
    given++;
    do await nextTurn();
    while (taken < given || !isIdle());
  }
  input.end();
}

/**
 * An error's trace without the source excerpt Node puts before it and without the frames of the REPL itself.
 * @param {unknown} error
 */
function ownFrames(error) {
  if (!(error instanceof Error) || error.stack === undefined) return inspect(error);
  const start = error.stack.indexOf(`${error.name}: ${error.message}`);
  return error.stack
    .slice(Math.max(0, start))
    .split("\n")
    .filter((line) => !/^ +at .*(node:|ts-node|helpers[\\/]setup|Array\.reduce)/.test(line))
    .join("\n");
}

/**
 * Makes the packages' exports global and gives the TypeScript lines that declare them.
 * @param {NodeJS.Require} require
 */
function loadGlobals(require) {
  const globals = /** @type {Record<string, unknown>} */ (globalThis);
  globals["aq"] = require("arquero");
  const lines = ['const aq: typeof import("arquero");'];
  const taken = new Set(["aq", "default", "module.exports", ...Object.getOwnPropertyNames(globalThis)]);
  for (const name of PACKAGES) {
    for (const [key, value] of Object.entries(require(name))) {
      if (taken.has(key) || !/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) continue;
      taken.add(key);
      globals[key] = value;
      lines.push(`const ${key}: (typeof import("${name}"))["${key}"];`);
    }
  }
  // Global, so that an import of the same name (a cell pasted from a notebook) may stand in front of it.
  return `declare global { ${lines.join(" ")} }\n`;
}

/**
 * Tables, charts and results have a text form beside the one for notebooks.
 * @param {{ data: Readonly<Record<string, unknown>> } | undefined} bundle
 * @returns {string | undefined}
 */
function plainText(bundle) {
  const text = bundle?.data["text/plain"];
  return typeof text === "string" ? text : undefined;
}

if (isMain(import.meta.url)) await runMain(startRepl);
