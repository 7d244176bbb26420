import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { projectPython } from "./render.js";

const RUN = `
import json, os, sys, nbformat
from nbclient import NotebookClient
nb = nbformat.read(sys.argv[1], 4)
NotebookClient(nb, kernel_name="tslab", timeout=int(sys.argv[2]), resources={"metadata": {"path": os.path.dirname(os.path.abspath(sys.argv[1]))}}, coalesce_streams=True).execute()
sys.stdout.write(nbformat.writes(nb))
`;

/** Runs a notebook in its own kernel and gives the notebook with its outputs as JSON text; the file itself is not changed. */
export async function executeNotebook(path: string, options: { readonly params?: Readonly<Record<string, unknown>>; readonly timeout?: number; readonly signal?: AbortSignal }): Promise<string> {
  const { stdout } = await promisify(execFile)(projectPython(), ["-c", RUN, path, String(options.timeout ?? 600)], {
    maxBuffer: 1 << 30,
    env: { ...process.env, MMLAB_PARAMS: JSON.stringify(options.params ?? {}) },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return stdout;
}
