import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshCopy, lendModules, run, type Ended } from "./copy.js";

let copy: ReturnType<typeof freshCopy>;
beforeEach(() => {
  copy = freshCopy();
  lendModules(copy.root);
});
afterEach(() => copy.remove());

const at = (...parts: string[]): string => join(copy.root, ...parts);
const build = (): Promise<Ended> => run(process.execPath, [at("helpers", "setup", "build.mjs")], { cwd: copy.root });

test("builds once, then only after a change, and brings back what was deleted", async () => {
  const first = await build();
  expect(first.stderr).toMatch(/building kernel-model and helpers[^]*built in/);
  expect(readFileSync(at("kernel-model", "dist", "index.js"), "utf8")).toContain("answer = 42");

  const second = await build();
  expect(second.stderr).toContain("up to date");

  writeFileSync(at("kernel-model", "src", "index.ts"), "export const answer: number = 43;\n");
  expect((await build()).stderr).toContain("built in");
  expect(readFileSync(at("kernel-model", "dist", "index.js"), "utf8")).toContain("answer = 43");

  rmSync(at("helpers", "dist", "index.d.ts"));
  expect((await build()).status).toBe(0);
  expect(existsSync(at("helpers", "dist", "index.d.ts"))).toBe(true);
});

test("an unchanged tree costs less than 100 ms", async () => {
  await build();
  const { stdout } = await run(process.execPath, [
    "--input-type=module",
    "-e",
    `
    import { ensureBuilt } from ${JSON.stringify(at("helpers", "setup", "build.mjs"))};
    const times = [];
    for (let i = 0; i < 5; i++) { const start = performance.now(); if ((await ensureBuilt()).built) throw new Error("built again"); times.push(performance.now() - start); }
    console.log(Math.min(...times));`,
  ]);
  expect(Number(stdout)).toBeGreaterThan(0);
  expect(Number(stdout)).toBeLessThan(100);
});

test("a type error is told each time, fails the command, and is gone when it is mended", async () => {
  writeFileSync(at("helpers", "src", "wrong.ts"), 'export const n: number = "text";\n');
  for (let time = 1; time <= 2; time++) {
    const { status, stderr } = await build();
    expect(stderr).toContain("helpers/src/wrong.ts(1,14): error TS2322");
    expect(status).toBe(1);
  }
  rmSync(at("helpers", "src", "wrong.ts"));
  expect((await build()).status).toBe(0);
  expect(existsSync(at("helpers", "dist", "wrong.js")), "compiled file of a deleted source").toBe(false);
});

test("two builds at once: one compiles, the other waits, both see the result", async () => {
  const [a, b] = await Promise.all([build(), build()]);
  expect([a.status, b.status]).toEqual([0, 0]);
  expect([a, b].filter(({ stderr }) => stderr.includes("built in"))).toHaveLength(1);
  expect(existsSync(at(".mm-lab", "build.lock"))).toBe(false);
});

test("the lock of a dead process is broken at once", async () => {
  const { stdout } = await run(process.execPath, ["-p", "process.pid + ' ' + os.hostname()"]);
  mkdirSync(at(".mm-lab"));
  writeFileSync(at(".mm-lab", "build.lock"), stdout);
  const { status, ms } = await build();
  expect(status).toBe(0);
  expect(ms).toBeLessThan(40_000);
  expect(statSync(at("helpers", "dist", "index.js")).size).toBeGreaterThan(0);
});

test("without the compiler the message says what to run", async () => {
  rmSync(at("node_modules"), { recursive: true });
  const { status, stderr } = await build();
  expect(status).toBe(1);
  expect(stderr).toMatch(/compiler is not installed[^]*Remedy: run `npm start`, or `npm ci`/);
});
