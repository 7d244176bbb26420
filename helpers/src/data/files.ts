import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@mm-lab/kernel-model";
import { root } from "./root.js";

export { root };
const data = join(root, "data");

/** Names of the files in data/FOLDER, sorted. */
export function dataFiles(folder: "claims" | "live"): string[] {
  return readdirSync(join(data, folder)).sort();
}

/** Text of data/FOLDER/NAME. Errors: {@link InputError} listing the files there are; a name is never a path. */
export function readDataFile(folder: "claims" | "live", name: string): string {
  const files = dataFiles(folder);
  if (!files.includes(name)) throw new InputError(`the file in data/${folder}`, name, files.join(", "), "use one of these names");
  return readFileSync(join(data, folder, name), "utf8");
}

/** Reads a file the user named. Errors: {@link InputError} saying why it cannot be read. */
export function readUserFile(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new InputError(what, path, `a file that can be read (the system says ${code})`, "check the path and its permissions");
  }
}
