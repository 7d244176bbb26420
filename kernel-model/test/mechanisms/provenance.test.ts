import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Provenance } from "../../src/base/provenance.js";
import { explore } from "../../src/explore/explore.js";
import { replay } from "../../src/explore/replay.js";
import type { Scenario } from "../../src/explore/scenario.js";
import { kernelName } from "../../src/machine/site.js";
import type { TraceEntry } from "../../src/machine/trace.js";
import { mechanisms } from "../../src/mechanisms/index.js";

const SOURCES = join(import.meta.dirname, "../../src");

/** What is known of each mechanism; no scenarios where its paths are not modelled. */
const known = await Promise.all(
  mechanisms.map(async ({ name, provenance, scenarios }) => ({
    name,
    provenance: (await provenance()).provenance,
    scenarios: scenarios === null ? [] : (await scenarios.load()).scenarios,
  })),
);

/** The text of every source file in a folder. */
function sources(folder: string): string {
  return readdirSync(join(SOURCES, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(SOURCES, folder, name), "utf8"))
    .join("\n");
}

const matches = (text: string, pattern: RegExp): Set<string> =>
  new Set([...text.matchAll(pattern)].map(([, name]) => name!));

/** The functions of the kernel that a provenance names; rows about something else (a counter file) are not. */
const functionsIn = ({ functions }: Provenance, omitted: boolean): string[] =>
  functions
    .filter(({ fidelity }) => (fidelity === "omitted") === omitted)
    .flatMap(({ name }) => name.split(", "))
    .filter((name) => /^[a-z_][a-z0-9_]*$/.test(name));

/** The name that a function which is no path has in the model. */
const camelCase = (kernel: string): string =>
  kernel.replace(/^_+/, "").replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());

/** A run for each way in which a scenario can end, step by step. */
function traces({ program, options }: Scenario): readonly (readonly TraceEntry[])[] {
  const verdict = explore(program, options);
  const examples = [...verdict.effort.examples.values()].map((schedule) => replay(program, schedule).trace);
  return "trace" in verdict ? [...examples, verdict.trace] : examples;
}

describe.each(known)("$name", ({ name, provenance, scenarios }) => {
  const model = [`mechanisms/${name}/model`, "mm", "structures"].map(sources).join("\n");
  const small = scenarios.filter(({ schedules = 0 }) => schedules < 1000);
  const entries = small.flatMap((scenario) => traces(scenario).flat());

  test("what its provenance says is modelled is found in the model by the kernel's name", () => {
    const steps = new Set(entries.map(({ operation }) => operation));
    const missing = functionsIn(provenance, false).filter(
      (kernel) => !steps.has(kernel) && !new RegExp(`\\b(?:${kernel}|${camelCase(kernel)})\\b`).test(model),
    );
    expect(missing).toEqual([]);
  });

  test("the functions that its traces name are in its provenance, and each of its paths is in a trace", () => {
    const paths = matches(model, /kernelPath\(\s*"(\w+)"/g);
    const stated = new Set(functionsIn(provenance, false));
    expect([...paths].filter((kernel) => !stated.has(kernel))).toEqual([]);
    expect([...paths].filter((kernel) => !entries.some((entry) => entry.function === kernel))).toEqual([]);

    // What the programs themselves do around the kernel's paths.
    const around = [...matches(sources(`mechanisms/${name}/checks`), /function\* (\w+)/g)].map(kernelName);
    const unknown = entries.filter(
      (entry) => entry.function !== entry.task && !stated.has(entry.function) && !around.includes(entry.function),
    );
    expect([...new Set(unknown.map((entry) => `${entry.function}: ${entry.operation}`))]).toEqual([]);
  });
});
