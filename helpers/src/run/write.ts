import { rename, rm, writeFile } from "node:fs/promises";
import { InputError } from "@mm-lab/kernel-model";

/**
 * Writes a file whole or not at all: to a name beside it first, then renamed.
 * @throws InputError where the place cannot be written
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new InputError(
      "the output file",
      path,
      `a place that can be written (the system says ${code})`,
      "give another file, in a folder that exists",
    );
  }
}
