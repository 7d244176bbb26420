import { createRequire } from "node:module";
import ts from "typescript";
import { expect, test } from "vitest";
import { CellHistory, pathTo } from "../../src/notebook/kernel/cell-history.js";
import { exportedNames, type ParseTools } from "../../src/notebook/kernel/exported-names.js";

const tools = ts as unknown as ParseTools;
const namesIn = (code: string): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(exportedNames(code, tools)).map(([kind, names]) => [kind, [...(names as Set<string>)].sort()]),
  );

test("what compiled code reads, sets within a value, and calls on one", () => {
  expect(
    namesIn(`
    exports.own = exports.hoisted = void 0;
    const own = exports.read + exports["quoted"]; exports.own = own;
    exports.counted++; exports.added += 1;
    exports.limits.deep.max = 1; exports.sizes[0]--; delete exports.gone.part;
    exports.list.items.push(exports.item); (0, exports.call)(exports.argument);
    const text = "exports.inText"; // exports.inComment
    other.exports.foreign;`),
  ).toEqual({
    used: ["added", "argument", "call", "counted", "gone", "item", "limits", "list", "quoted", "read", "sizes"],
    setWithin: ["gone", "limits", "sizes"],
    calledWithin: ["list"],
  });
});

test("the compiler of the kernel has the same tools", () => {
  const ofTslab = createRequire(createRequire(import.meta.url).resolve("tslab/package.json"))(
    "@tslab/typescript-for-tslab",
  ) as ParseTools;
  expect([...exportedNames("exports.a = exports.b.c(1);", ofTslab).used]).toEqual(["b"]);
});

/** Cells as pairs: what one wrote, and its code. */
function historyOf(...cells: readonly (readonly [wrote: string, code: string])[]): CellHistory {
  const history = new CellHistory((code) => exportedNames(code, tools));
  cells.forEach(([wrote, code], i) => {
    const over = history.add(
      { fileName: `${i + 1}`, label: `Cell [${i + 1}]`, code, isAsync: false },
      new Set(wrote.split(" ")),
    );
    if (i < cells.length - 1) over();
  });
  return history;
}

const chosen = (history: CellHistory, values: Record<string, unknown> = {}): string =>
  history
    .cellsFor("program", new Map(Object.entries(values)))
    .map(({ fileName, isRunning }) => fileName + (isRunning ? "!" : ""))
    .join(" ");

test("cells that declared what is needed, in order; no others, and of a cell that was run again only the last", () => {
  expect(
    chosen(
      historyOf(
        ["n", "exports.n = 1"],
        ["unused", "exports.unused = exports.n"],
        ["f", "exports.f = () => exports.n"],
        ["f", "exports.f = () => exports.n + 1"],
        ["program", "exports.program = exports.f"],
        ["chart", "exports.chart = exports.show(exports.program)"],
      ),
    ),
  ).toBe("1 4 5");
});

test("of a name that was declared anew, what the cell saw and what functions see now", () => {
  expect(
    chosen(
      historyOf(
        ["n", "exports.n = 1"],
        ["n", "exports.n = 2"],
        ["program", "exports.program = exports.n"],
        ["n", "exports.n = 3"],
      ),
    ),
  ).toBe("2 3 4!");
});

test("cells that changed a value, if it is of a kind whose methods do that", () => {
  const history = historyOf(
    ["list model", "exports.list = []; exports.model = {}"],
    ["", "exports.list.push(1)"],
    ["limits", "exports.limits = {}"],
    ["", "exports.limits.max = 1"],
    ["program", "exports.program = exports.model.define(exports.list, exports.limits)"],
    ["verdict", "exports.verdict = exports.model.explore(exports.program)"],
  );
  expect(chosen(history, { list: [1], limits: {}, model: {} })).toBe("1 2 3 4 5");
});

test("where a value is bound", () => {
  const program = {};
  const hostile = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error("looked at");
      },
    },
  );
  expect(
    pathTo(program, [
      ["a", hostile],
      ["b", { c: [1, { d: program }] }],
      ["e", [program]],
    ]),
  ).toEqual(["e", "0"]);
  expect(pathTo(program, [["b", { c: { d: program } }]])).toEqual(["b", "c", "d"]);
  expect(
    pathTo(program, [
      ["a", 1],
      ["b", { c: { d: { e: program } } }],
    ]),
  ).toBe(undefined);
});
