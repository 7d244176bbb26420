import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { InputError } from "@mm-lab/kernel-model";
import { HELPERS } from "./assets.js";

const NOTEBOOKS = join(HELPERS, "..", "notebooks");

/** Paths of the notebooks asked for: a path, or the name of one in `notebooks/` with or without `.ipynb`. None: all of them. */
export function findNotebooks(asked: readonly string[]): readonly string[] {
  const known = knownNotebooks();
  if (asked.length === 0) {
    if (known.length === 0) throw new InputError("the list of notebooks", "empty", "at least one notebook in notebooks/", "give the path of an .ipynb file");
    return known.map((name) => join(NOTEBOOKS, `${name}.ipynb`));
  }
  const paths = asked.map((name) => findOne(name, known));
  const taken = new Map<string, string>([["index", "the index page"]]);
  for (const path of new Set(paths)) {
    const name = basename(path, ".ipynb");
    const other = taken.get(name);
    if (other !== undefined) throw new InputError("the notebook", path, `a file name that differs from ${other}'s`, "export it on its own with another --out DIR, or rename it");
    taken.set(name, path);
  }
  return [...new Set(paths)];
}

function findOne(asked: string, known: readonly string[]): string {
  const candidates = [resolve(asked), join(NOTEBOOKS, asked), join(NOTEBOOKS, `${asked}.ipynb`)];
  const found = candidates.find((path) => existsSync(path) && statSync(path).isFile());
  if (found?.endsWith(".ipynb") === true) return found;
  const accepted = `the path of an .ipynb file${known.length === 0 ? "" : `, or one of ${known.join(", ")}`}`;
  throw new InputError("the notebook", asked, accepted, found === undefined ? "check the spelling" : "give a Jupyter notebook");
}

function knownNotebooks(): readonly string[] {
  if (!existsSync(NOTEBOOKS)) return [];
  return readdirSync(NOTEBOOKS).filter((name) => name.endsWith(".ipynb")).map((name) => basename(name, ".ipynb")).sort();
}
