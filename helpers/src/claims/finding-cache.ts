import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "@mm-lab/kernel-model";
import { readDataFile, root } from "../data/files.js";
import { CodeVersion } from "./code-version.js";
import type { Claim } from "./ledger.js";
import { VERDICTS } from "./verdict-names.js";

/** A finding with all that it was made from, as hashes. */
interface Entry {
  readonly claim: string;
  readonly code: string;
  readonly recordings: Readonly<Record<string, string>>;
  readonly finding: Finding;
}

export interface FindingCacheOptions {
  /** Where the findings are kept. Default: the project's state folder. */
  readonly folder?: string;
  /** Gives the text of a recording by its name. Default: from data/live. */
  readonly read?: (name: string) => string;
  /** Whether findings are only added, none given. Default: false. */
  readonly writeOnly?: boolean;
}

/**
 * Findings of earlier runs, one file a claim. An experiment is a function of the model's code and of the recordings it reads, so a
 * finding is given only where both are, byte for byte, what they were; else it is as if there were none.
 */
export class FindingCache {
  readonly #code: CodeVersion;

  readonly #options: Required<FindingCacheOptions>;

  /** @param code of this process */
  constructor(code: CodeVersion, options: FindingCacheOptions = {}) {
    this.#code = code;
    this.#options = {
      folder: join(root, ".mm-lab", "claims"),
      read: (name) => readDataFile("live", name),
      writeOnly: false,
      ...options,
    };
  }

  /** The finding of an earlier run, if nothing that it was made from has changed. */
  get(claim: Claim, mechanism: string): Finding | undefined {
    const entry = this.#options.writeOnly ? undefined : this.#entry(claim.id);
    if (entry === undefined) return undefined;
    const { claim: text, code, recordings, finding } = entry;
    const same =
      text === hashOf(JSON.stringify(claim)) &&
      code === this.#code.of(mechanism) &&
      Object.entries(recordings).every(([name, hash]) => this.#recording(name) === hash);
    return same ? finding : undefined;
  }

  /** Keeps a finding that has just been made; `recordings`: what it was made from, text by name. */
  put(claim: Claim, mechanism: string, finding: Finding, recordings: ReadonlyMap<string, string>): void {
    const code = this.#code.of(mechanism);
    if (code === undefined) return; // what ran is not what lies on the disk now
    const hashes = Object.fromEntries([...recordings].map(([name, text]) => [name, hashOf(text)]));
    const entry: Entry = { claim: hashOf(JSON.stringify(claim)), code, recordings: hashes, finding };
    mkdirSync(this.#options.folder, { recursive: true });
    const file = this.#file(claim.id);
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(entry));
    renameSync(`${file}.${process.pid}`, file);
  }

  #recording(name: string): string | undefined {
    try {
      return hashOf(this.#options.read(name));
    } catch {
      return undefined; // it is gone
    }
  }

  #entry(id: string): Entry | undefined {
    try {
      const entry = JSON.parse(readFileSync(this.#file(id), "utf8")) as Entry;
      const { finding, recordings } = entry;
      return VERDICTS.includes(finding.verdict) && typeof finding.seen === "string" && typeof recordings === "object"
        ? entry
        : undefined;
    } catch {
      return undefined; // none, or damaged
    }
  }

  /** An id is data and never part of a path. */
  #file(id: string): string {
    return join(this.#options.folder, `${hashOf(id).slice(0, 32)}.json`);
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
