import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "@mm-lab/helpers";
import * as model from "@mm-lab/kernel-model";
import { runExample } from "./run-example.js";

/** The TypeScript of a page that a reader can paste into a cell: fences that import the package by name. */
function programs(page: string): string[] {
  return [...readFileSync(join(root, page), "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
    .map(([, code]) => code!)
    .filter((code) => code.includes('from "@mm-lab/kernel-model"'));
}

const guide = programs("kernel-model/README.md");

test("the guide has a program in it", () => {
  expect(guide.length).toBeGreaterThan(0);
});

test.each(guide)("the guide's program runs, and its results are those it states: %s", async (code) => {
  const [, imported] = /import \{([^}]*)\} from "@mm-lab\/kernel-model"/.exec(code)!;
  const names = imported!
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "));
  for (const name of names) expect(Object.keys(model), "an import of the guide").toContain(name);
  const scope = Object.fromEntries(names.map((name) => [name, (model as Record<string, unknown>)[name]]));
  expect(await runExample(code, scope), "results stated").toBeGreaterThan(0);
});

test("a result that is not the stated one is found", async () => {
  await expect(runExample("const one = 1;\none + one; // => 3", {})).rejects.toThrow(
    /one \+ one; \/\/ => 3\nbut the value is 2/,
  );
});
