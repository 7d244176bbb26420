import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const repository = resolve(import.meta.dirname, "..", "..", "..");
const model = join(repository, "kernel-model", "src");
const helpers = join(repository, "helpers", "src");

/** Lower layers do not know higher ones; mechanisms do not know each other. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: ["base"],
  structures: ["base", "structures"],
  machine: ["base", "structures", "machine"],
  primitives: ["base", "structures", "machine", "primitives"],
  hardware: ["base", "structures", "machine", "hardware"],
  simulate: ["base", "structures", "machine", "hardware", "simulate"],
  explore: ["base", "structures", "machine", "explore"],
  mechanisms: ["base", "structures", "machine", "primitives", "hardware", "simulate", "explore", "mechanisms"],
};

/** Packages of the model, each with the layers that may use it: pure, for browsers too. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = { "hdr-histogram-js": ["simulate"] };

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : path.endsWith(".ts") ? [path] : [];
  });
}

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function imports(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  return [
    ...text.matchAll(/^\s*(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"/gm),
    ...text.matchAll(/^import\s+()"([^"]+)"/gm),
  ].map(([, type, to]) => ({ from: file, to: to!, typeOnly: type !== undefined && type !== "" }));
}

const ofModel = files(model).flatMap(imports);
const layerOf = (path: string): string => relative(model, path).split("/")[0]!;

test("the model imports nothing but itself, and only downwards", () => {
  expect(ofModel.length).toBeGreaterThan(30);
  for (const { from, to } of ofModel) {
    if (PACKAGES[to]?.includes(layerOf(from)) === true) continue;
    expect(to, `${from} imports ${to}: the model uses no other package and no Node module`).toMatch(/^\./);
    const target = resolve(dirname(from), to);
    if (relative(model, from) === "index.ts") continue;
    expect(LAYERS[layerOf(from)], `${from} imports ${to}`).toContain(layerOf(target));
    const [mechanism, other] = [from, target].map((path) =>
      layerOf(path) === "mechanisms" ? relative(join(model, "mechanisms"), path).split("/")[0] : undefined,
    );
    if (other !== undefined && mechanism !== "index.ts")
      expect(mechanism, `${from} imports ${to}: mechanisms do not know each other`).toBe(other);
  }
});

test("no import cycles at run time", () => {
  for (const folder of [model, helpers]) {
    const graph = new Map<string, string[]>();
    for (const { from, to, typeOnly } of files(folder).flatMap(imports)) {
      if (!typeOnly && to.startsWith("."))
        graph.set(from, [...(graph.get(from) ?? []), resolve(dirname(from), to).replace(/\.js$/, ".ts")]);
    }
    const state = new Map<string, "open" | "done">();
    const visit = (file: string, trail: readonly string[]): void => {
      if (state.get(file) === "done") return;
      expect(
        state.get(file),
        `import cycle: ${[...trail, file].map((path) => relative(repository, path)).join(" -> ")}`,
      ).not.toBe("open");
      state.set(file, "open");
      for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
      state.set(file, "done");
    };
    for (const file of graph.keys()) visit(file, []);
  }
});

test("only helpers/src/notebook knows tslab, and helpers use only the model's public names", () => {
  for (const { from, to } of files(helpers).flatMap(imports)) {
    const inNotebook = relative(helpers, from).startsWith("notebook/");
    if (!inNotebook) expect(to, `${from} imports ${to}`).not.toMatch(/^tslab/);
    expect(to, `${from} imports ${to}`).not.toMatch(/kernel-model\/(src|dist)/);
  }
});

test("files have one purpose: none is longer than 400 lines", () => {
  for (const file of [...files(model), ...files(helpers)]) {
    const lines = readFileSync(file, "utf8").split("\n").length;
    expect(lines, relative(repository, file)).toBeLessThanOrEqual(400);
  }
});
