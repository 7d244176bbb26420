import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, run, type Ended } from "../setup/copy.js";

/** All of it talks to the real kernel through nbclient, as a user of the command does. */
let folder: string;
beforeAll(() => {
  mkdirSync(join(ROOT, ".mm-lab"), { recursive: true });
  folder = mkdtempSync(join(ROOT, ".mm-lab", "test-run-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Source = string | { readonly source: string; readonly tags: readonly string[] };

function notebook(name: string, ...cells: Source[]): string {
  const path = join(folder, `${name}.ipynb`);
  writeFileSync(
    path,
    JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } },
      cells: cells.map((cell, index) => ({
        cell_type: "code",
        id: `c${index + 1}`,
        execution_count: null,
        outputs: [],
        source: typeof cell === "string" ? cell : cell.source,
        metadata: typeof cell === "string" ? {} : { tags: cell.tags },
      })),
    }),
  );
  return path;
}
const mmLab = (...args: string[]): Promise<Ended> =>
  run(process.execPath, [join(ROOT, "helpers", "setup", "mm-lab.mjs"), "run", ...args], { cwd: folder });

test.concurrent(
  "a sound notebook: executed in place, the second run gives the same bytes, --check agrees and then does not",
  async () => {
    const path = notebook(
      "good",
      'console.log("out"); console.error("err"); console.log("out again");',
      'import { Random } from "@mm-lab/kernel-model";\nnew Random(7).below(1000)',
      "",
    );
    expect(await mmLab(path)).toMatchObject({ status: 0 });
    const text = readFileSync(path, "utf8");
    const outputs = (
      JSON.parse(text) as { cells: { outputs: { name?: string; text?: string[]; data?: unknown }[] }[] }
    ).cells.map((cell) => cell.outputs);
    expect(outputs[0]).toMatchObject([
      { name: "stdout", text: ["out\n"] },
      { name: "stderr", text: ["err\n"] },
      { name: "stdout", text: ["out again\n"] },
    ]);
    expect(outputs[1]).toMatchObject([{ data: { "text/plain": [expect.stringMatching(/^\d+$/)] } }]);

    const again = join(folder, "again.ipynb");
    expect(await mmLab(path, "--out", again)).toMatchObject({ status: 0 });
    expect(readFileSync(again, "utf8")).toBe(text);

    expect(await mmLab("--check", path)).toMatchObject({ status: 0 });
    writeFileSync(path, text.replace('"out again\\n"', '"out before\\n"'));
    const changed = readFileSync(path, "utf8");
    const check = await mmLab("--check", "--json", path);
    expect(check.status).toBe(1);
    expect(check.stderr).toContain(
      'good.ipynb, cell 1, output 3, stdout, line 1:\n  - committed: "out before"\n  + now:       "out again"',
    );
    expect(JSON.parse(check.stdout)).toMatchObject({
      ok: false,
      notebooks: [{ ok: false, difference: { cell: 1, where: "output 3, stdout, line 1" } }],
    });
    expect(readFileSync(path, "utf8"), "--check leaves the file alone").toBe(changed);
  },
  240_000,
);

describe("a notebook that fails: non-zero, told where, nothing written", () => {
  test.concurrent.each<[string, Source[], RegExp]>([
    [
      "throw",
      ["let a = 1;", "const f = () => {\n  throw new RangeError('boom');\n};\nf();", "2"],
      /throw\.ipynb, cell 2, line 2: RangeError: boom\n {2}2 \| {3}throw new RangeError\('boom'\);/,
    ],
    [
      "type",
      ["1", "const s: string = 1;"],
      /type\.ipynb, cell 2, line 1: \w+: .*Type 'number' is not assignable to type 'string'/,
    ],
    ["rejected", ["await Promise.reject(new Error('no pages'));"], /rejected\.ipynb, cell 1[^\n]*: Error: no pages/],
    [
      "late",
      ["setTimeout(() => { void Promise.reject(new Error('afterwards')); }, 50);\n1"],
      /late\.ipynb, cell 1[^\n]*: an error that no cell caught: Error: afterwards[^]*Next: await the promise/,
    ],
    ["dead", ["process.kill(process.pid, 'SIGKILL');", "1"], /dead\.ipynb, cell 1: the kernel died[^]*Next: /],
  ])(
    "%s",
    async (name, cells, message) => {
      const path = notebook(name, ...cells);
      const before = readFileSync(path, "utf8");
      const out = join(folder, `${name}-out.ipynb`);
      const { status, stdout, stderr } = await mmLab("--json", "--out", out, path);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/tslab\/dist|node:vm/);
      expect(status).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        ok: false,
        notebooks: [
          {
            ok: false,
            failure: { message: expect.stringMatching(/./) as string, next: expect.stringMatching(/./) as string },
          },
        ],
      });
      expect(readFileSync(path, "utf8")).toBe(before);
      expect(readdirSync(folder).filter((file) => file.startsWith(`${name}-out`))).toEqual([]);
    },
    120_000,
  );

  test.concurrent(
    "a cell that takes too long",
    async () => {
      const { status, stderr } = await mmLab("--timeout", "1", notebook("slow", "while (true) {}"));
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /slow\.ipynb, cell 1: the cell ran longer than 1 s\nNext: give it more time with --timeout/,
      );
    },
    120_000,
  );

  test.concurrent(
    "a failure that the author announced is none",
    async () => {
      const path = notebook(
        "announced",
        { source: "throw new Error('shown on purpose');", tags: ["raises-exception"] },
        "console.log('after');",
      );
      const { status, stderr } = await mmLab(path);
      expect(stderr).toContain("written to");
      expect(status).toBe(0);
      expect(readFileSync(path, "utf8")).toContain("shown on purpose");
      expect(readFileSync(path, "utf8"), "the cell after it ran").toContain("after\\n");
    },
    120_000,
  );
});

test.concurrent(
  "parameters reach the kernel as JSON or text, and the notebook itself is not overwritten",
  async () => {
    const path = notebook("params", { source: "console.log(process.env.MMLAB_PARAMS);", tags: ["parameters"] });
    const before = readFileSync(path, "utf8");
    const out = join(folder, "params-out.ipynb");
    expect(
      await mmLab(path, "-p", "pages=20000", "-p", "mode=always", "-p", "ages=[1,2]", "-p", "on=true", "--out", out),
    ).toMatchObject({ status: 0 });
    expect(readFileSync(out, "utf8")).toContain(
      String.raw`{\"pages\":20000,\"mode\":\"always\",\"ages\":[1,2],\"on\":true}`,
    );
    expect(readFileSync(path, "utf8")).toBe(before);
  },
  120_000,
);

test.concurrent.each<[string, string[], RegExp]>([
  ["no notebook", [], /the notebook is ""; accepted: one or more \.ipynb files/],
  [
    "a missing file",
    ["nowhere.ipynb"],
    /the notebook is "nowhere\.ipynb"; accepted: a readable \.ipynb file \(the system says ENOENT\)/,
  ],
  ["a folder", ["."], /the system says EISDIR/],
  [
    "-p without a value",
    ["good.ipynb", "-p", "pages"],
    /-p is "pages"; accepted: name=value\. Next: write e\.g\. -p pages=20000/,
  ],
  ["-p twice", ["good.ipynb", "-p", "a=1", "-p", "a=2"], /-p is "a=2"; accepted: each name once/],
  [
    "-p for a notebook without parameters",
    ["none.ipynb", "-p", "a=1"],
    /a parameter is "a"; accepted: none: none\.ipynb has no cell tagged "parameters"/,
  ],
  ["--check with -p", ["none.ipynb", "--check", "-p", "a=1"], /--check is "-p"; accepted: to be used alone/],
  [
    "a timeout of zero",
    ["none.ipynb", "--timeout", "0"],
    /--timeout is 0; accepted: a number of at least 0\.001 seconds/,
  ],
  ["a timeout in words", ["none.ipynb", "--timeout", "long"], /--timeout is "long"; accepted: a number/],
])("wrong use is refused before any kernel starts: %s", async (_what, args, message) => {
  notebook("none", "1");
  const { status, stdout, stderr, ms } = await mmLab(...args);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(ms).toBeLessThan(20_000);
});
