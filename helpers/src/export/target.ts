import { randomUUID } from "node:crypto";
import { access, constants, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "@mm-lab/kernel-model";

/** The folder of an export: everything is written beside it first and moved in when all of it is there. */
export interface Target {
  readonly folder: string;
  add(name: string, text: string): Promise<void>;
  /** Moves every file to its place. Files of other names that were there stay. */
  commit(): Promise<void>;
  /** Removes whatever was not committed. Never throws. */
  discard(): Promise<void>;
}

/** Checks, before any notebook runs for minutes, that the folder can be written. Creates nothing that stays. */
export async function openTarget(outDir: string): Promise<Target> {
  const folder = resolve(outDir);
  const existing = await nearestExisting(folder);
  if (!(await stat(existing)).isDirectory()) throw unwritable(outDir, `${basename(existing)} is a file`);
  const draft = join(existing === folder ? folder : existing, `.mm-lab-export-${randomUUID()}`);
  try {
    await access(existing, constants.W_OK);
    await mkdir(draft);
  } catch (error) {
    throw unwritable(outDir, `the system says ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  const discard = (): Promise<void> => rm(draft, { recursive: true, force: true }).catch(() => undefined);
  return {
    folder,
    add: (name, text) => writeFile(join(draft, name), text),
    async commit() {
      try {
        await mkdir(folder, { recursive: true });
        for (const name of await readdir(draft)) await rename(join(draft, name), join(folder, name));
      } catch (error) {
        throw unwritable(outDir, `the system says ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
      } finally {
        await discard();
      }
    },
    discard,
  };
}

function unwritable(outDir: string, why: string): InputError {
  return new InputError("the output folder", outDir, `a folder that can be written (${why})`, "give another folder with --out DIR");
}

async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" && (error as NodeJS.ErrnoException).code !== "ENOTDIR") throw unwritable(path, `the system says ${(error as NodeJS.ErrnoException).code ?? "unknown"}`);
    return dirname(path) === path ? path : nearestExisting(dirname(path));
  }
}
