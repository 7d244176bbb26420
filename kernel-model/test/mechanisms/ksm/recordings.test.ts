import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/base/errors.js";
import { RELEASES } from "../../../src/mechanisms/ksm/model/state.js";
import { compareCase, parseRecording, type RecordedCase } from "../../../src/mechanisms/ksm/evidence/recording.js";

const folder = new URL("../../../../data/live/", import.meta.url);
/** Recordings are named after the kernel's version; ksm-claims-*.json has a format of its own. */
const files = readdirSync(folder).filter((file) => /^ksm-\d.*\.json$/.test(file));
const textOf = (file: string): string => readFileSync(new URL(file, folder), "utf8");

describe.each(files)("%s, as a running kernel did it", (file) => {
  const { kernel, columns, cases } = parseRecording(textOf(file), file);

  test("is of a kernel the model is of, with all eleven counters", () => {
    expect(RELEASES).toContain(kernel.split(".").slice(0, 2).join("."));
    expect(columns).toHaveLength(11);
  });

  test.each(cases.map((recorded) => [`${recorded.name}, smart_scan ${recorded.smartScan}`, recorded] as const))(
    "%s: every counter after every scan",
    (_, recorded) => {
      expect(compareCase(recorded, columns)).toBeUndefined();
    },
  );
});

test("the recordings are there, and every column moves in one of them", () => {
  expect(files).toEqual(expect.arrayContaining(["ksm-6.12.json", "ksm-6.18.json", "ksm-6.18-random.json"]));
  const moving = new Set<string>();
  for (const file of files) {
    for (const { rows } of parseRecording(textOf(file), file).cases) {
      for (const { post } of rows)
        for (const [column, value] of Object.entries(post)) if (value > 0) moving.add(column);
    }
  }
  expect(moving.size).toBe(11);
});

describe("a changed recording is told apart", () => {
  const { columns, cases } = parseRecording(textOf("ksm-6.18.json"), "ksm-6.18.json");
  const original = cases.find((recorded) => recorded.name === "sharing_2_groups_of_5")!;
  const changed = (scan: number, phase: "pre" | "post", column: string, by: number): RecordedCase => ({
    ...original,
    rows: original.rows.map((row, i) =>
      i === scan ? { ...row, [phase]: { ...row[phase], [column]: row[phase][column as "shared"] + by } } : row,
    ),
  });

  test.each(columns)("one more in %s, after a scan in the middle", (column) => {
    const kernel = original.rows[17]!.post[column] + 1;
    const found = compareCase(changed(17, "post", column, 1), columns);
    expect(found).toEqual({ scan: 17, when: "after the scan", column, kernel, model: kernel - 1 });
  });

  test("one less before the last scan", () => {
    expect(compareCase(changed(29, "pre", "dups", -1), columns)).toMatchObject({
      scan: 29,
      when: "before the scan",
      column: "dups",
    });
  });

  test("another content of one page", () => {
    const op = { op: "fill", start: 3, stop: 4, step: 1, content: 5, increment: 0 } as const;
    const steps = [...original.steps, { scan: 9, ops: [op] }];
    expect(compareCase({ ...original, steps }, columns)).toMatchObject({ scan: 9, when: "after the scan" });
  });
});

describe("a malformed recording is refused, naming the place", () => {
  const row = [4, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0];
  const columns = [
    "scanned",
    "skipped",
    "shared",
    "sharing",
    "unshared",
    "volatile",
    "zero",
    "chains",
    "dups",
    "rmap_items",
    "merging",
  ];
  const workload = (over: object = {}): object => ({
    name: "four",
    pages: 4,
    note: "",
    knobs: {},
    steps: [{ scan: 0, ops: [["fill", 0, 4, 1, 1000, 1]] }],
    smart_scan: 0,
    rows: [{ pre: row.map(() => 0), post: row }],
    ...over,
  });
  const fileWith = (over: object): string =>
    JSON.stringify({ kernel: "6.18", columns, common_knobs: {}, workloads: [workload()], ...over });
  const withOp = (op: unknown): string => fileWith({ workloads: [workload({ steps: [{ scan: 0, ops: [op] }] })] });
  const errorOf = (text: string): string => {
    try {
      for (const recorded of parseRecording(text, "mine.json").cases) compareCase(recorded);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      return (error as Error).message;
    }
    return "no error";
  };
  const op = /^mine\.json: workloads\[0\]\.steps\[0\]\.ops\[0\]/.source;

  test("the unchanged one is accepted and equal", () => {
    const recording = parseRecording(fileWith({}), "mine.json");
    expect(recording.cases.map((recorded) => compareCase(recorded, recording.columns))).toEqual([undefined]);
  });

  test.each<[string, string, RegExp]>([
    [
      "no JSON",
      "scan,shared\n0,1\n",
      /^mine\.json is ".*JSON.*"; accepted: a JSON document\. Next: check that the file is complete/,
    ],
    [
      "cut off",
      fileWith({}).slice(0, -30),
      /^mine\.json is ".*"; accepted: a JSON document\. Next: check that the file is complete/,
    ],
    ["empty", "", /accepted: a JSON document\. Next: check that the file is complete/],
    ["a list", "[]", /^mine\.json is \[\]; accepted: a JSON object\./],
    [
      "no columns",
      fileWith({ columns: undefined }),
      /^mine\.json: "columns" is undefined; accepted: a JSON array\. Next: correct the file/,
    ],
    ["empty columns", fileWith({ columns: [] }), /"columns" is \[\]; accepted: a JSON array with at least one entry/],
    [
      "an unknown column",
      fileWith({ columns: ["scanned", "shard"] }),
      /columns\[1\] is "shard"; accepted: scanned, skipped, shared/,
    ],
    ["no workloads", fileWith({ workloads: undefined }), /"workloads" is undefined; accepted: a JSON array/],
    [
      "an empty list of workloads",
      fileWith({ workloads: [] }),
      /"workloads" is \[\]; accepted: a JSON array with at least one entry/,
    ],
    [
      "a short row",
      fileWith({ workloads: [workload({ rows: [{ pre: row, post: [1, 2] }] })] }),
      /rows\[0\]\.post is \[1,2\]; accepted: 11 numbers, one per column/,
    ],
    [
      "a missing row",
      fileWith({ workloads: [workload({ rows: [{ pre: row }] })] }),
      /rows\[0\]\.post is undefined; accepted: a JSON array/,
    ],
    [
      "no rows",
      fileWith({ workloads: [workload({ rows: [] })] }),
      /workloads\[0\]\.rows is \[\]; accepted: a JSON array with at least one entry/,
    ],
    [
      "a negative counter",
      fileWith({ workloads: [workload({ rows: [{ pre: row, post: [...row.slice(1), -1] }] })] }),
      /rows\[0\]\.post\[10\] \(merging\) is -1; accepted: an integer of at least 0/,
    ],
    [
      "no pages",
      fileWith({ workloads: [workload({ pages: 0 })] }),
      /workloads\[0\]\.pages is 0; accepted: an integer from 1 to \d+ pages/,
    ],
    [
      "smart_scan 2",
      fileWith({ workloads: [workload({ smart_scan: 2 })] }),
      /workloads\[0\]\.smart_scan is 2; accepted: 0 or 1/,
    ],
    [
      "an unknown knob",
      fileWith({ common_knobs: { max_sharing: 3 } }),
      /the knob is "max_sharing"; accepted: run, pages_to_scan/,
    ],
    [
      "an unknown operation",
      withOp(["fork", 0, 1]),
      new RegExp(`${op} is "fork"; accepted: fill, unmap, dontneed, read`),
    ],
    [
      "a number too few",
      withOp(["fill", 0, 4, 1, 7]),
      new RegExp(`${op} is \\["fill",0,4,1,7\\]; accepted: "fill" followed by 5 values`),
    ],
    ["a negative page", withOp(["unmap", -1, 3]), new RegExp(`${op}: start is -1; accepted: an integer from 0 to 4 `)],
    [
      "a stop beyond the pages",
      withOp(["dontneed", 0, 5]),
      new RegExp(`${op}: stop is 5; accepted: an integer from 0 to 4 `),
    ],
    [
      "a stop before the start",
      withOp(["read", 3, 2]),
      new RegExp(`${op}: stop is 2; accepted: an integer from 3 to 4 `),
    ],
    [
      "a step of 0",
      withOp(["fill", 0, 4, 0, 7, 0]),
      new RegExp(`${op}: step is 0; accepted: an integer of at least 1 pages`),
    ],
    [
      "a negative content",
      withOp(["fill", 0, 4, 1, -7, 0]),
      new RegExp(`${op}: class is -7; accepted: an integer from 0 to 2\\^64 - 1`),
    ],
    [
      "a content above 2^64 - 1",
      withOp(["fill", 0, 4, 1, 7, 0]).replace(",7,0]", ",18446744073709551616,0]"),
      /class is 18446744073709551616n; accepted: an integer from 0 to 2\^64 - 1/,
    ],
    [
      "contents that run past 2^64 - 1",
      withOp(["fill", 0, 4, 1, 7, 1]).replace(",7,1]", ",18446744073709551613,1]"),
      /the last content of fill is 18446744073709551616n; accepted: an integer from 0 to 2\^64 - 1/,
    ],
    [
      "an unknown knob in a step",
      withOp(["knob", "smart_scanning", 1]),
      new RegExp(`${op}: the knob is "smart_scanning"; accepted: run, pages`),
    ],
    [
      "a store to an unmapped page",
      fileWith({
        workloads: [
          workload({
            steps: [
              {
                scan: 0,
                ops: [
                  ["unmap", 1, 2],
                  ["fill", 1, 2, 1, 7, 0],
                ],
              },
            ],
          }),
        ],
      }),
      /a store to page is 1; accepted: a mapped page/,
    ],
  ])("%s", (_, text, message) => {
    expect(errorOf(text)).toMatch(message);
  });

  test("contents above 2^53 are read without rounding", () => {
    const text = withOp(["fill", 0, 4, 1, 7, 0]).replace(",7,0]", ",18446744073709551613,-9007199254740993]");
    const [step] = parseRecording(text, "mine.json").cases[0]!.steps;
    expect(step!.ops[0]).toMatchObject({ content: 18446744073709551613n, increment: -9007199254740993n });
  });
});
