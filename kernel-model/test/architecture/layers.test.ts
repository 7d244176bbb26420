import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
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
  mm: ["base", "structures", "machine", "primitives", "hardware", "mm"],
  simulate: ["base", "structures", "machine", "hardware", "simulate"],
  explore: ["base", "structures", "machine", "explore"],
  textbook: ["base", "machine", "primitives", "explore", "textbook"],
  mechanisms: ["base", "structures", "machine", "primitives", "hardware", "mm", "simulate", "explore", "mechanisms"],
};

/** Of a mechanism's rooms: which others each may use. What a run or a proof says rests on the model, never the reverse. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  model: ["model"],
  runs: ["model", "runs"],
  checks: ["model", "runs", "checks"],
  evidence: ["model", "runs", "checks", "evidence"],
};

/** What a step, its task, its object and their world are follows from each other: declared in a circle of types. */
const ONE_IDEA = /^kernel-model\/src\/machine\/(step|path|task|object|world|read-side|services|rules|violation)\.ts$/;

/** Packages of the model, each with the layers that may use it: pure, for browsers too. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = { "hdr-histogram-js": ["simulate"] };

/** The package, and the lists of all that can be run. */
const LISTS = ["index.ts", "mechanisms/index.ts", "mechanisms/registry.ts"];

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
    ...text.matchAll(/() => import\("([^"]+)"\)/g),
  ].map(([, type, to]) => ({ from: file, to: to!, typeOnly: type !== undefined && type !== "" }));
}

const ofModel = files(model).flatMap(imports);
const layerOf = (path: string): string => relative(model, path).split("/")[0]!;

test("the model imports nothing but itself, and only downwards", () => {
  expect(ofModel.length).toBeGreaterThan(30);
  for (const { from, to } of ofModel) {
    if (PACKAGES[to.split("/")[0]!]?.includes(layerOf(from)) === true) continue;
    expect(to, `${from} imports ${to}: the model uses no other package and no Node module`).toMatch(/^\./);
    const target = resolve(dirname(from), to);
    if (LISTS.includes(relative(model, from))) continue;
    expect(LAYERS[layerOf(from)], `${from} imports ${to}`).toContain(layerOf(target));
    const [mechanism, other] = [from, target].map((path) =>
      layerOf(path) === "mechanisms" ? relative(join(model, "mechanisms"), path).split("/")[0] : undefined,
    );
    if (other !== undefined && other !== "define-mechanism.js" && mechanism !== "index.ts")
      expect(mechanism, `${from} imports ${to}: mechanisms do not know each other`).toBe(other);
  }
});

test("a mechanism's rooms know only those below them", () => {
  let seen = 0;
  for (const { from, to } of ofModel) {
    if (!to.startsWith(".")) continue;
    const [room, other] = [from, resolve(dirname(from), to)].map((path) => roomOf(path));
    if (room === undefined || other === undefined) continue;
    seen++;
    expect(ROOMS[room], `${from} imports ${to}`).toContain(other);
  }
  expect(seen).toBeGreaterThan(50);
});

function roomOf(path: string): string | undefined {
  const [, room, file] = relative(join(model, "mechanisms"), path).split("/");
  return layerOf(path) === "mechanisms" && file !== undefined ? room : undefined;
}

test("no import circles, of types neither", () => {
  for (const folder of [model, helpers]) {
    const graph = new Map<string, string[]>();
    for (const { from, to } of files(folder).flatMap(imports)) {
      if (to.startsWith("."))
        graph.set(from, [...(graph.get(from) ?? []), resolve(dirname(from), to).replace(/\.js$/, ".ts")]);
    }
    const state = new Map<string, "open" | "done">();
    const visit = (file: string, trail: readonly string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        const circle = [...trail.slice(trail.indexOf(file)), file].map((path) => relative(repository, path));
        expect(
          circle.every((path) => ONE_IDEA.test(path)),
          `import circle: ${circle.join(" -> ")}`,
        ).toBe(true);
        return;
      }
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

test("files and functions have one purpose: none is longer than 300 lines, or 60", () => {
  for (const file of [...files(model), ...files(helpers)]) {
    const text = readFileSync(file, "utf8");
    expect(text.split("\n").length, relative(repository, file)).toBeLessThanOrEqual(300);
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
    const line = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
        const name = node.name?.getText() ?? "a function";
        expect(
          line(node.end) - line(node.getStart()) + 1,
          `${relative(repository, file)}: ${name}`,
        ).toBeLessThanOrEqual(60);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
});

/**
 * Type names that several modules export: each is one idea with a form in either host, or of a file format on either side. Whatever else
 * shares a name with another module's type means two things by one word, so one of the two is to be renamed.
 */
const ONE_IDEA_EACH: Readonly<Record<string, RegExp>> = {
  "Cell Json Notebook Output": /^helpers\/src\/(export|run)\/notebook(-file)?\.ts$/,
  "Checked Execution Scheduler Watcher Seen": /^kernel-model\/src\/(simulate|explore)\//,
  "Pool Release Workload Entry Subject Question": /^kernel-model\/src\/mechanisms\//,
};

test("two different things do not share a name", () => {
  const places = new Map<string, string[]>();
  for (const file of [...files(model), ...files(helpers)]) {
    for (const [, name] of readFileSync(file, "utf8").matchAll(
      /^export (?:abstract )?(?:interface|type|class) (\w+)/gm,
    ))
      places.set(name!, [...(places.get(name!) ?? []), relative(repository, file)]);
  }
  const shared = [...places].flatMap(([name, where]) => {
    const allowed = Object.entries(ONE_IDEA_EACH).find(([names]) => names.split(" ").includes(name))?.[1];
    const others = where.filter((file) => allowed?.test(file) !== true);
    return where.length > 1 && others.length > (allowed === undefined ? 0 : 1) ? [`${name}: ${where.join(", ")}`] : [];
  });
  expect(shared).toEqual([]);
});
