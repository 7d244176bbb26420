import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { root } from "@mm-lab/helpers";
import { mechanisms } from "@mm-lab/kernel-model";

const PAGES = [
  "README.md",
  "helpers/README.md",
  "kernel-model/README.md",
  "data/README.md",
  "data/live/README.md",
  ...mechanisms.map(({ name }) => `kernel-model/src/mechanisms/${name}/README.md`),
];
const read = (file: string): string => readFileSync(join(root, file), "utf8");
interface Package {
  readonly license: string;
  readonly scripts: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}
const json = (file: string): Package => JSON.parse(read(file)) as Package;

test.each(PAGES)("every link of %s leads to a file", (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^https?:/.test(link));
  for (const link of links) expect(existsSync(join(root, dirname(page), link)), `${page}: ${link}`).toBe(true);
});

test("the commands that the README names exist", () => {
  const scripts = Object.keys(json("package.json").scripts);
  const named = [...read("README.md").matchAll(/npm (?:run )?([a-z]+)/g)]
    .map(([, name]) => name!)
    .filter((name) => name !== "run");
  expect(named.length).toBeGreaterThan(4);
  for (const name of named) expect(scripts).toContain(name);
  for (const [, script] of read("README.md").matchAll(/node (helpers\/[\w/.]+)/g))
    expect(existsSync(join(root, script!))).toBe(true);
});

test("the list of dependencies is that of the packages, versions and licences included", () => {
  const wanted = ["package.json", "helpers/package.json", "kernel-model/package.json"].flatMap((file) => {
    const { dependencies, devDependencies } = json(file);
    return Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => !name.startsWith("@mm-lab/"));
  });
  const listed = [...read("helpers/README.md").matchAll(/^\| (\S+) \| (\d\S*) \| (\S+) \|/gm)].map(
    ([, name, version, licence]) => [name, version, licence].join(" "),
  );
  const actual = wanted.map(([name, version]) =>
    [name, version, json(`node_modules/${name}/package.json`).license].join(" "),
  );
  expect(listed.sort()).toEqual(actual.sort());
});
