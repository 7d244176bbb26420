import { homedir } from "node:os";
import { sep } from "node:path";
import { fileSize } from "./html.js";
import { describeChart } from "./chart.js";
import { isObject, type Cell, type Json, type JsonObject } from "./notebook-file.js";

export interface LintFinding {
  /** `error`: the page should not be shared as it is. `warning`: it works, but somebody is served badly. */
  readonly level: "error" | "warning";
  readonly rule: "chart-description" | "chart-picture" | "local-path" | "network" | "missing-picture" | "cell-error" | "size";
  readonly message: string;
  /** Position in the notebook from 1, or undefined for the whole file. */
  readonly cell?: number;
}

/** Above this a page is slow to open on a telephone and refused by mail servers. */
const LARGE = 10e6;

export function lintSize(bytes: number): readonly LintFinding[] {
  if (bytes <= LARGE) return [];
  return [{ level: "warning", rule: "size", message: `the page has ${fileSize(bytes)}, more than 10 MB. Next: aggregate or sample what the charts show` }];
}

export function lintChart(spec: JsonObject, hasPicture: boolean, cell: number): readonly LintFinding[] {
  const found: LintFinding[] = [];
  const description = spec["description"];
  if (typeof description !== "string" || description.trim() === "") {
    const title = describeChart(spec);
    found.push({ level: "warning", rule: "chart-description", cell, message: `the chart ${title === "" ? "" : `${JSON.stringify(title)} `}has no description for readers who cannot see it. Next: give it one that says what it shows` });
  }
  if (!hasPicture) found.push({ level: "warning", rule: "chart-picture", cell, message: "the chart has no static picture: without scripts its text is shown instead. Next: show it with mm-lab's chart helpers" });
  for (const url of addresses(spec)) {
    found.push({ level: "error", rule: "network", cell, message: `the chart loads its data from ${JSON.stringify(url)}, which an exported page cannot. Next: put the values into the chart` });
  }
  return found;
}

function addresses(value: Json, key = ""): readonly string[] {
  if (typeof value === "string") return key === "url" ? [value] : [];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item) => addresses(item));
  // Rows may hold addresses as plain values; only the keys of the specification are followed by Vega.
  return isObject(value) ? Object.entries(value).flatMap(([name, child]) => (name === "values" || name === "datasets" ? [] : addresses(child, name))) : [];
}

/** Looks for what belongs to the author's machine in what a cell shows. The source of a cell is not looked at. */
export function lintOutputs(cell: Cell, index: number): readonly LintFinding[] {
  const texts = cell.outputs.map((output) => (output.kind === "display" ? JSON.stringify(output.data) : output.text));
  const found = new Map<string, LintFinding>();
  for (const path of texts.flatMap((text) => localPaths(text))) {
    found.set(path, { level: "error", rule: "local-path", cell: index, message: `the output shows the local path ${JSON.stringify(path)}. Next: print a path relative to the project` });
  }
  for (const output of cell.outputs) {
    if (output.kind !== "error") continue;
    if (!cell.tags.includes("raises-exception")) found.set(output.text, { level: "error", rule: "cell-error", cell: index, message: `the cell failed with ${output.name}. Next: mend it and run the notebook again` });
  }
  return [...found.values()];
}

const HOMES = /(?:(?<![\w.])\/(?:home|Users)\/[\w.-]+|(?<![\w.])\/root(?=\/)|\b[A-Z]:\\{1,4}Users\\{1,4}[\w.-]+)(?:[\\/]+[\w.@+-]+)*/g;

function localPaths(text: string): readonly string[] {
  const found = new Set<string>();
  for (const [path] of text.matchAll(HOMES)) found.add(path);
  for (const own of [process.cwd(), homedir()]) {
    if (own.length > "/root".length && text.includes(own + sep)) found.add(own);
  }
  return [...found];
}
