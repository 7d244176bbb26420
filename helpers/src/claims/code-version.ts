import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";

/**
 * What the finding of an experiment depends on besides recordings: the JavaScript of the model that is run. A mechanism's experiments
 * may use its own folder and everything that is no mechanism, no more (the architecture test refuses imports between mechanisms);
 * packages and Node.js are part of it too, since their arithmetic is.
 */
export class CodeVersion {
  readonly #folder: string;
  readonly #files: readonly string[];
  readonly #loadedFrom: number;
  readonly #packages: string;
  readonly #hashes = new Map<string, string>();

  /**
   * @param loadedFrom when this process began to load the model, ms since 1970; what changed later is not what runs here
   * @param folder of the built model; default: that of @mm-lab/kernel-model
   */
  constructor(loadedFrom: number, folder = builtModel()) {
    this.#folder = folder;
    this.#loadedFrom = loadedFrom;
    this.#files = filesOf(folder)
      .filter((file) => file.endsWith(".js"))
      .sort();
    this.#packages = installedPackages(folder);
  }

  /** Names the code that experiments of this mechanism run; undefined where files were changed since it was loaded. */
  of(mechanism: string): string | undefined {
    const files = this.#files.filter((file) => {
      const path = relative(this.#folder, file).split(sep);
      return path[0] !== "mechanisms" || path.length === 2 || path[1] === mechanism;
    });
    const since = this.#loadedFrom - CLOCK;
    if (files.some((file) => (statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? Infinity) >= since))
      return undefined;
    if (!this.#hashes.has(mechanism)) this.#hashes.set(mechanism, this.#hash(files));
    return this.#hashes.get(mechanism);
  }

  #hash(files: readonly string[]): string {
    const hash = createHash("sha256").update(`${process.version}\n${this.#packages}\n`);
    for (const file of files) {
      const text = readFileSync(file);
      hash.update(`${relative(this.#folder, file)} ${text.length}\n`).update(text);
    }
    return hash.digest("hex");
  }
}

/** File systems take the time of a change from a clock that ticks every few milliseconds. */
const CLOCK = 20;

function builtModel(): string {
  const manifest = createRequire(import.meta.url).resolve("@mm-lab/kernel-model/package.json");
  return join(dirname(manifest), "dist");
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(path) : [path];
  });
}

/** What npm says it installed, wherever it keeps the packages of the model. */
function installedPackages(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    try {
      return createHash("sha256")
        .update(readFileSync(join(at, "node_modules", ".package-lock.json")))
        .digest("hex");
    } catch {
      if (at === dirname(at)) return "";
    }
  }
}
