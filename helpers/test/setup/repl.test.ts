import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, run, type Ended } from "./copy.js";

const HISTORY = join(ROOT, ".mm-lab", "repl-history");
const repl = (input: string): Promise<Ended> =>
  run(process.execPath, [join(ROOT, "helpers", "setup", "repl.mjs")], { input });
/** What it says on stderr beside the build's own lines. */
const complaints = ({ stderr }: Ended): string =>
  stderr
    .split("\n")
    .filter((line) => !line.startsWith("mm-lab:"))
    .join("\n")
    .trim();

describe("the REPL with piped input", () => {
  test("values in order, also of awaited and of many-line statements, with model, helpers and Arquero at hand", async () => {
    const before = existsSync(HISTORY) ? readFileSync(HISTORY, "utf8") : undefined;
    const ended = await repl(
      [
        "const a: number = 40 + 2",
        "a",
        "await new Promise((done) => setTimeout(() => done('waited'), 100))",
        "function f(): string {",
        "  return 'many lines';",
        "}",
        "f()",
        "new Random(7).below(1000) === new Random(7).below(1000)",
        "typeof ksm",
        "aq.table({ x: [1, 2, 3] }).numRows()",
        'import { Random as R } from "@mm-lab/kernel-model"',
        "typeof R",
      ].join("\n"),
    );
    expect(complaints(ended)).toBe("");
    expect(ended.stdout.trim().split("\n")).toEqual([
      "42",
      "'waited'",
      "'many lines'",
      "true",
      "'object'",
      "3",
      "'function'",
    ]);
    expect(ended.status).toBe(0);
    expect(existsSync(HISTORY) ? readFileSync(HISTORY, "utf8") : undefined, "piped lines are no history").toBe(before);
  });

  test.each([
    ["a type error", 'const s: string = 1;\n"next"', /error TS2322: Type 'number' is not assignable to type 'string'/],
    [
      "a misused model",
      'new Random("seed");\n"next"',
      /error TS2345: Argument of type 'string' is not assignable to parameter of type 'number'/,
    ],
    [
      "a thrown error",
      'new Random(-1);\n"next"',
      /Uncaught InputError: seed is -1; accepted: an integer from 0 to 4294967295/,
    ],
    ["a rejection", 'await Promise.reject(new RangeError("late"));\n"next"', /Uncaught RangeError: late/],
  ])("%s is told, the lines after it run, and the status is 1", async (_what, input, message) => {
    const ended = await repl(input);
    expect(complaints(ended)).toMatch(message);
    expect(complaints(ended)).not.toMatch(/ts-node|node:vm/);
    expect(ended.stdout.trim()).toBe("'next'");
    expect(ended.status).toBe(1);
  });

  test("input that ends too early fails", async () => {
    const ended = await repl("const x = {");
    expect(complaints(ended)).toBe("The input ends in the middle of a statement");
    expect(ended.status).toBe(1);
  });
});

describe("scripts by ts-node", () => {
  test("a .cts script imports the packages, gets its arguments and gives its status", async () => {
    const folder = mkdtempSync(join(ROOT, ".mm-lab", "test-script-"));
    try {
      writeFileSync(
        join(folder, "s.cts"),
        'import { Random } from "@mm-lab/kernel-model";\nconst n: number = new Random(1).below(10);\nconsole.log(typeof n, process.argv.slice(2).join("|"));\nprocess.exitCode = 3;\n',
      );
      const { status, stdout, stderr } = await run(
        process.execPath,
        [join(ROOT, "helpers", "setup", "script.mjs"), join(folder, "s.cts"), "a", "--b"],
        { cwd: tmpdir() },
      );
      expect(stdout, stderr).toBe("number a|--b\n");
      expect(status).toBe(3);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("an unknown benchmark is refused with the known ones", async () => {
    const { status, stderr } = await run(process.execPath, [join(ROOT, "helpers", "setup", "bench.mjs"), "nothing"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/There is no benchmark "nothing"\.\n {2}Remedy: name one of: .*ksm/);
  });
});
