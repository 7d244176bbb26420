import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";
import { SetupError } from "./setup-error.mjs";

/**
 * Whether a Node version satisfies a range of the form used in `engines`: `^20.19.0 || ^22.12.0 || >=24.0.0`.
 * (A package for this would have to be installed first.)
 * @param {string} version
 * @param {string} range
 */
export function satisfies(version, range) {
  const actual = numbers(version);
  return range.split("||").some((part) => {
    const wanted = numbers(part.replace(/[^0-9.]/g, ""));
    const reached = compare(actual, wanted) >= 0;
    return part.includes("^") ? reached && actual[0] === wanted[0] : reached;
  });
}

/** @param {string} text */
function numbers(text) {
  return text.replace(/^v/, "").split(/[.-]/).slice(0, 3).map(Number);
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function compare(a, b) {
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] || 0) - (b[i] || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The Node versions this repository states in its package.json.
 * @param {string} [root]
 * @returns {string}
 */
export function enginesRange(root = ROOT) {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines.node;
}

/**
 * @param {string} [version] default: the running Node's
 * @throws {SetupError} where it is too old
 */
export function requireNode(version = process.versions.node) {
  const range = enginesRange();
  if (satisfies(version, range)) return;
  throw new SetupError(
    `This is Node ${version}; mm-lab needs ${range
      .replace(/\^(\d+)\.(\d+)\.0/g, "$1.$2 or a later $1.x")
      .replace(/>=(\d+)\.0\.0/, "$1 or later")
      .replace(/ \|\| /g, ", ")}`,
    "install a current Node from https://nodejs.org (or `nvm install 22`), then run the command again",
  );
}
