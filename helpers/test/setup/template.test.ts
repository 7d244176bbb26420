import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, run, type Ended } from "./copy.js";

/** The mechanism that the README shows under "Add a mechanism": its folder and one line of the registry are all there is to add. */
const TEMPLATE = join(ROOT, "kernel-model", "template");
const LINE = 'export { template } from "./template/mechanism.js";\n';
const COPIED = ["kernel-model", "helpers", "data", "notebooks", "README.md", "vitest.config.mjs"];
const SETTINGS = ["package.json", "package-lock.json", "tsconfig.json"];

let scratch: string;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "mm-lab-template-"));
  // With what was compiled already and its times, so that only what is new is compiled.
  for (const name of [...COPIED, ...SETTINGS])
    cpSync(join(ROOT, name), join(scratch, name), { recursive: true, preserveTimestamps: true });
  const modules = join(scratch, "node_modules");
  mkdirSync(join(modules, "@mm-lab"), { recursive: true });
  for (const name of readdirSync(join(ROOT, "node_modules")).filter((entry) => entry !== "@mm-lab"))
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  for (const name of ["kernel-model", "helpers"]) symlinkSync(join(scratch, name), join(modules, "@mm-lab", name));

  const mechanisms = join(scratch, "kernel-model", "src", "mechanisms");
  cpSync(TEMPLATE, join(mechanisms, "template"), { recursive: true });
  writeFileSync(join(mechanisms, "registry.ts"), LINE, { flag: "a" });
  const built = await node(join(scratch, "helpers", "setup", "build.mjs"));
  expect([built.status, built.stderr]).toEqual([0, expect.stringContaining("built in") as string]);
}, 300_000);
afterAll(() => rmSync(scratch, { recursive: true }));

const node = (...args: string[]): Promise<Ended> => run(process.execPath, args, { cwd: scratch });
const mmLab = (...args: string[]): Promise<Ended> => node(join(scratch, "helpers", "setup", "mm-lab.mjs"), ...args);
const script = (code: string): Promise<Ended> => node("--input-type=module", "-e", code);

test("simulate runs it, and its help lists the parameters", async () => {
  const { status, stdout, stderr } = await mmLab("simulate", "template", "-p", "gapNs=100", "--format", "csv");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^writes,reports\n\d+,\d+\n$/);
  expect((await mmLab("simulate", "template", "-p", "gapNs=-1")).stderr).toContain(
    "gapNs is -1; accepted: a number from 0",
  );
  expect((await mmLab("simulate", "template", "scan", "--help")).stdout).toMatch(/gapNs +between get and clear/);
});

test("explore finds the race, and proves the code without it", async () => {
  expect(await mmLab("explore", "template", "two-steps")).toMatchObject({ status: 0 });
  expect((await mmLab("explore", "template", "atomic")).stdout).toContain("proved: all 2 schedules");
});

test("claims judges its claims", async () => {
  const { stdout } = await mmLab("claims", "--topic", "pagemap-scan", "--json");
  expect((JSON.parse(stdout) as { counts: object }).counts).toMatchObject({ reproduced: 2 });
});

test("it is a row of the README's table, a namespace of the package, and an import of its own", async () => {
  const { stdout, stderr } = await script(`
    import { judgeClaims, topicsTable } from "@mm-lab/helpers";
    import { template } from "@mm-lab/kernel-model";
    import * as own from "@mm-lab/kernel-model/template";
    console.log(topicsTable(await judgeClaims({ topic: "pagemap-scan" })));
    console.log(template.atomically === own.atomically, template.provenance.kernel);`);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^\| \[PAGEMAP_SCAN: [^|]*\]\(kernel-model\/src\/mechanisms\/template\) \|  \| 16 \| 2 \|/m);
  expect(stdout).toContain("true 6.7");
});

test("its examples run, its README's links lead to files, and its declarations are read by tslab's TypeScript", async () => {
  const files = ["docs/examples.test.ts", "docs/readme.test.ts", "types"].map((name) => join("helpers", "test", name));
  const wanted = ["-t", "mechanisms/template|entry point"];
  const { status, stdout } = await node("node_modules/vitest/vitest.mjs", "run", ...files, ...wanted);
  expect([status, stdout]).toEqual([0, expect.stringMatching(/\D3 passed/) as string]);
});

test("the README shows the template as it is", () => {
  const shown = [
    ...readFileSync(join(ROOT, "README.md"), "utf8").matchAll(/^`([\w/.-]+)`\n\n```ts\n([\s\S]*?)^```$/gm),
  ];
  const files = readdirSync(TEMPLATE, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(shown.map(([, name]) => name).sort()).toEqual(files.map((name) => relative("", name)).sort());
  for (const [, name, code] of shown) expect(code, name).toBe(readFileSync(join(TEMPLATE, name!), "utf8"));
  expect(readFileSync(join(ROOT, "README.md"), "utf8")).toContain(LINE.trim());
});
