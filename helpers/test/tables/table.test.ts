import { ColumnTable, desc, table as arqueroTable } from "arquero";
import { describe, expect, test } from "vitest";
import { columnInfo, isTable, table } from "../../src/tables/index.js";

const counters = {
  title: "KSM counters",
  columns: [
    { name: "scan", meaning: "number of the scan", values: Uint32Array.of(1, 2, 3) },
    {
      name: "pages_sharing",
      unit: "pages",
      meaning: "pages that share a merged page",
      values: Float64Array.of(0, 10, 20),
    },
    { name: "policy", meaning: "who decides", values: ["none", null, "kernel"] },
  ],
};

describe("table of a dataset", () => {
  test("uses typed arrays in place", () => {
    const column = table(counters).column("pages_sharing") as unknown as Float64Array;
    expect(column.buffer).toBe(
      counters.columns[1]!.values instanceof Float64Array ? counters.columns[1]!.values.buffer : undefined,
    );
    expect([...column]).toEqual([0, 10, 20]);
  });

  test("units and meanings stay through select, filter, orderby, rename, groupby and derive of another column", () => {
    const kept = table(counters)
      .filter((d: { scan: number }) => d.scan > 1)
      .orderby(desc("scan"))
      .derive({ double: (d: { scan: number }) => d.scan * 2 })
      .select("pages_sharing", "double", "scan")
      .rename({ pages_sharing: "sharing" })
      .groupby("scan")
      .ungroup();
    expect(columnInfo(kept, "sharing")).toEqual({ unit: "pages", meaning: "pages that share a merged page" });
    expect(columnInfo(kept, "double")).toEqual({});
    expect(kept.array("sharing")).toEqual([20, 10]);
  });

  test("one array may be named with two units in two datasets", () => {
    const values = Float64Array.of(1, 2);
    const plain = [1, 2];
    const make = (unit: string) =>
      table({
        title: "t",
        columns: [
          { name: "a", unit, meaning: "", values },
          { name: "b", unit, meaning: "", values: plain },
        ],
      });
    const [ns, bytes] = [make("ns"), make("B")];
    expect([
      columnInfo(ns, "a").unit,
      columnInfo(bytes, "a").unit,
      columnInfo(ns, "b").unit,
      columnInfo(bytes, "b").unit,
    ]).toEqual(["ns", "B", "ns", "B"]);
  });

  test("an object with dataset() is a source too", () => {
    expect(table({ dataset: () => counters }).numRows()).toBe(3);
  });

  test("columns of unequal length and repeated names are refused", () => {
    const column = (name: string, n: number) => ({ name, meaning: "", values: new Float64Array(n) });
    expect(() => table({ title: "t", columns: [column("a", 3), column("b", 2)] })).toThrow(
      'the length of column "b" is 2; accepted: 3, as in column "a"',
    );
    expect(() => table({ title: "t", columns: [column("a", 1), column("a", 1)] })).toThrow(
      'a column name is "a"; accepted: names that differ',
    );
  });
});

describe("table of records", () => {
  test("has a column for each property of any record, in order of appearance", () => {
    const made = table([{ a: 1 }, { b: "x", a: 2 }, {}]);
    expect(made.columnNames()).toEqual(["a", "b"]);
    expect(made.array("b")).toEqual([undefined, "x", undefined]);
  });

  test("takes names that are special in JavaScript as plain names", () => {
    const made = table([{ constructor: 1, toString: 2, "2": "b", "1": "a" }], { units: { constructor: "ns" } });
    expect(made.columnNames()).toEqual(["1", "2", "constructor", "toString"]);
    expect(columnInfo(made, "constructor").unit).toBe("ns");
    expect(columnInfo(made, "toString").unit).toBeUndefined();
    expect(() => table([JSON.parse('{"__proto__": 1}') as object])).toThrow('a column name is "__proto__"');
  });

  test("what is no record is named with its place", () => {
    expect(() => table([{ a: 1 }, 7 as unknown as object])).toThrow(
      "record 1 of the array is 7; accepted: an object with one property per column",
    );
    expect(() => table(42 as unknown as object[])).toThrow("the source of a table is 42");
  });

  test("units of a filtered table can be stated, and the filter stays", () => {
    const made = table(
      table([{ a: 1 }, { a: 2 }]).filter((d: { a: number }) => d.a > 1),
      { units: { a: "ns" } },
    );
    expect([made.numRows(), made.get("a"), columnInfo(made, "a").unit]).toEqual([1, 2, "ns"]);
  });

  test("a unit for an unknown column is refused with the nearest name", () => {
    expect(() => table([{ latency: 1 }], { units: { latncy: "ns" } })).toThrow(
      'is "latncy"; accepted: one of "latency". Next: did you mean "latency"',
    );
    expect(() => table([{ a: 1 }], { unit: {} } as object)).toThrow('did you mean "units"');
  });
});

describe("table of CSV text", () => {
  test("types follow all cells: numbers, BigInt beyond 2^53, booleans, UTC dates, text; empty cells are null", () => {
    const made = table(
      '\uFEFFn,big,flag,day,"text, ""quoted"""\r\n1.5,9007199254740993,true,2026-01-02,a\r\n,1,false,2026-01-03,"two\nlines"\r\n',
    );
    expect(made.columnNames()).toEqual(["n", "big", "flag", "day", 'text, "quoted"']);
    expect(made.objects()).toEqual([
      { n: 1.5, big: 9007199254740993n, flag: true, day: new Date(Date.UTC(2026, 0, 2)), 'text, "quoted"': "a" },
      { n: null, big: 1n, flag: false, day: new Date(Date.UTC(2026, 0, 3)), 'text, "quoted"': "two\nlines" },
    ]);
  });

  test("a word in the last of many rows makes the column text, never NaN", () => {
    const made = table(`x\n${"1\n".repeat(3000)}none\n`);
    expect([made.get("x", 0), made.get("x", 3000)]).toEqual(["1", "none"]);
  });

  test("rows of another length, open quotes and an empty text are refused with line and remedy", () => {
    expect(() => table("a,b\n1,2\n3\n")).toThrow(
      "the number of cells on line 3 of the CSV text is 1; accepted: 2, as in its first line. Next: add the missing cells",
    );
    expect(() => table('a,b\n1,"2\n')).toThrow("a closing quote for the one opened on line 2");
    expect(() => table('a,b\n"1"x,2\n')).toThrow("a comma or a line end after a closing quote");
    expect(() => table("")).toThrow("a first line of column names");
  });

  test("a trailing comma is an empty last cell", () => {
    expect(table("a,b\n1,").objects()).toEqual([{ a: 1, b: null }]);
  });
});

test("isTable knows tables of another copy of Arquero by what they do", () => {
  const made = arqueroTable({ a: [1] });
  const foreign = Object.fromEntries(
    ["numRows", "numCols", "columnNames", "column", "array", "isFiltered", "isOrdered", "objects"].map((m) => [
      m,
      (made as unknown as Record<string, (...a: unknown[]) => unknown>)[m]!.bind(made),
    ]),
  );
  expect([
    isTable(made),
    isTable(foreign),
    foreign instanceof ColumnTable,
    isTable({}),
    isTable(null),
    isTable([1]),
  ]).toEqual([true, true, false, false, false, false]);
});

describe("a table of several sources", () => {
  const plain = {
    title: "t",
    columns: [
      { name: "scan", meaning: "number of the scan", values: Float64Array.of(0, 1) },
      { name: "time", unit: "ms", meaning: "how long it took", values: Float64Array.of(5, 6) },
      { name: "note", meaning: "", values: ["a", null] },
    ],
  };
  const smart = { title: "t", columns: [...plain.columns].reverse() };

  test("has the rows of each below a column of labels; columns go by name, units and typed arrays stay", () => {
    const both = table({ "no history": plain, "smart scan": { dataset: () => smart } }, { by: "policy" });
    expect(both.objects()).toEqual([
      { policy: "no history", scan: 0, time: 5, note: "a" },
      { policy: "no history", scan: 1, time: 6, note: null },
      { policy: "smart scan", scan: 0, time: 5, note: "a" },
      { policy: "smart scan", scan: 1, time: 6, note: null },
    ]);
    expect(columnInfo(both, "time")).toEqual({ unit: "ms", meaning: "how long it took" });
    expect(both.column("time")).toBeInstanceOf(Float64Array);
    expect(both.columnNames()).toEqual(["policy", "scan", "time", "note"]);
  });

  test("takes tables as they are filtered and ordered, and states further units", () => {
    const ordered = table(plain).orderby(desc("scan"));
    const both = table(
      { a: ordered, b: ordered.filter((d: { scan: number }) => d.scan === 1) },
      { by: "who", units: { scan: "scans" } },
    );
    expect(both.array("scan")).toEqual([1, 0, 1]);
    expect(columnInfo(both, "scan").unit).toBe("scans");
    expect(columnInfo(both, "time").unit).toBe("ms");
  });

  test("a unit that one of them states holds for all; two that differ are refused", () => {
    const records = [{ scan: 1, time: 7, note: "b" }];
    expect(columnInfo(table({ records, plain }, { by: "who" }), "time").unit).toBe("ms");
    expect(() => table({ plain, records: table(records, { units: { time: "s" } }) }, { by: "who" })).toThrow(
      'the unit of time in records is "s"; accepted: ms, as in plain. Next: convert one of them',
    );
  });

  test("columns that differ are refused, and the label column must be new", () => {
    expect(() => table({ a: [{ x: 1, y: 2 }], b: [{ x: 1 }] }, { by: "who" })).toThrow(
      'the columns of b is "x"; accepted: those of a, y too. Next: select what they share',
    );
    expect(() => table({ a: [{ x: 1 }], b: [{ x: 1, z: 2 }] }, { by: "who" })).toThrow(
      'a column of b beside a is "z"; accepted: one of "x"',
    );
    expect(() => table({ a: [{ x: 1 }] }, { by: "x" })).toThrow('by is "x"; accepted: a name that is no column of a');
    expect(() => table({}, { by: "x" })).toThrow("the sources of a table is {}; accepted: at least one, by name");
  });

  test("one source with `by`, and several without, are told apart from each other", () => {
    expect(() => table([{ x: 1 }] as never, { by: "who" })).toThrow(/several sources by label.*leave `by` out/);
    expect(() => table({ a: [{ x: 1 }] } as never)).toThrow(/say which column labels them: \{ by: "policy" \}/);
  });
});
