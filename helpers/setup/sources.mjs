import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { rootOutputs } from "./root-module.mjs";

/** The two packages in build order. */
export const PACKAGES = ["kernel-model", "helpers"];

/**
 * Every file under a folder, sorted, as paths; empty if the folder does not exist.
 * @param {string} folder
 * @returns {string[]}
 */
export function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  /** @type {string[]} */
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesUnder(path));
    else found.push(path);
  }
  return found.sort();
}

/**
 * One hash over all that the build reads: names, sizes and times of the sources, settings and the compiler.
 * A few milliseconds for a few hundred files.
 * @param {string} root
 */
export function fingerprint(root) {
  const hash = createHash("sha256");
  const files = [
    join(root, "tsconfig.json"),
    join(root, "node_modules", "typescript", "package.json"),
    ...PACKAGES.flatMap((name) => [
      join(root, name, "package.json"),
      join(root, name, "tsconfig.json"),
      ...filesUnder(join(root, name, "src")).filter((path) => path.endsWith(".ts")),
    ]),
  ];
  for (const path of files) {
    const info = statSync(path, { throwIfNoEntry: false });
    hash.update(`${relative(root, path)}\0${info?.size ?? -1}\0${info?.mtimeMs ?? -1}\n`);
  }
  return hash.digest("hex");
}

/**
 * What the build should have written but is not there (deleted by hand, or a build cut short).
 * @param {string} root
 */
export function missingOutputs(root) {
  return PACKAGES.flatMap((name) => expectedOutputs(root, name)).filter((path) => !existsSync(path));
}

/**
 * Removes compiled files whose source is gone: otherwise an import of a deleted module would go on working here
 * and nowhere else.
 * @param {string} root
 */
export function removeOrphans(root) {
  for (const name of PACKAGES) {
    const expected = new Set(expectedOutputs(root, name));
    for (const path of filesUnder(join(root, name, "dist"))) {
      const output = path.endsWith(".map") ? path.slice(0, -4) : path;
      if (/\.(js|d\.ts)$/.test(output) && !expected.has(output)) rmSync(path, { force: true });
    }
  }
}

/**
 * @param {string} root
 * @param {string} name
 */
function expectedOutputs(root, name) {
  const source = join(root, name, "src");
  const compiled = filesUnder(source)
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
    .flatMap((path) => {
      const stem = join(root, name, "dist", relative(source, path).slice(0, -3));
      return [`${stem}.js`, `${stem}.d.ts`];
    });
  return name === "kernel-model" ? [...compiled, ...rootOutputs(root)] : compiled;
}
