import { createRequire } from "node:module";
import { DISPLAY, type Displayable, type MimeBundle } from "@mm-lab/kernel-model";
import { askGit } from "../data/git.js";
import { usedParams, type ParamValue } from "./params.js";

/** With what a result was computed; shown as a short text when it is the last value of a cell. */
export interface SessionProvenance extends Displayable {
  /** Versions by package; Node.js with its major version only. */
  readonly versions: Readonly<Record<string, string>>;
  /** The last commit that changed the model or the helpers, and its date; absent outside a git repository. */
  readonly commit?: { readonly id: string; readonly date: string };
  readonly parameters: Readonly<Record<string, ParamValue>>;
}

/**
 * States versions, commit and parameters: the same text for the same code, so that a committed notebook stays comparable.
 * Takes some 20 ms (asks git).
 *
 * @example
 * provenance() // as the last line of a notebook
 */
export function provenance(): SessionProvenance {
  const require = createRequire(import.meta.url);
  const version = (name: string): string => (require(name) as { version: string }).version;
  const versions = {
    "mm-lab": version("@mm-lab/helpers/package.json"),
    "Node.js": process.versions.node.split(".")[0] ?? "",
    tslab: version("tslab/package.json"),
    arquero: version("arquero/package.json"),
    "vega-lite": version("vega-lite/package.json"),
  };
  const commit = lastCommit();
  const parameters = usedParams();
  return {
    versions,
    ...(commit === undefined ? {} : { commit }),
    parameters,
    [DISPLAY]: () => asText({ versions, ...(commit === undefined ? {} : { commit }), parameters }),
  };
}

function lastCommit(): { readonly id: string; readonly date: string } | undefined {
  const [id, date] = askGit("log", "-1", "--format=%h %cs", "--", "kernel-model/src", "helpers/src")?.split(" ") ?? [];
  return id === undefined || id === "" || date === undefined ? undefined : { id, date };
}

function asText({ versions, commit, parameters }: Omit<SessionProvenance, typeof DISPLAY>): MimeBundle {
  const list = (values: Readonly<Record<string, ParamValue>>, glue: string): string =>
    Object.entries(values)
      .map(([name, value]) => `${name}${glue}${String(value)}`)
      .join(", ");
  const lines = [
    `Computed with ${list(versions, " ")}.`,
    commit === undefined ? "Code: not under version control." : `Code: commit ${commit.id} of ${commit.date}.`,
    Object.keys(parameters).length === 0 ? "Parameters: none." : `Parameters: ${list(parameters, " = ")}.`,
  ];
  return { "text/plain": lines.join("\n") };
}
