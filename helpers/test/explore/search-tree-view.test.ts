import {
  alwaysAtEnd,
  Cell,
  DISPLAY,
  define,
  explorables,
  READ_ONCE,
  searchTree,
  WRITE_ONCE,
  type Path,
  type Program,
  type SearchTree,
} from "@mm-lab/kernel-model";
import { describe, expect, test } from "vitest";
import { sanitizeHtml } from "../../src/export/sanitize.js";
import { shownText } from "../export/shown-text.js";
import { searchTreeView, toBundle } from "../../src/index.js";
import { HOSTILE } from "./fixtures.js";

const { scenarios: classics } = await explorables[0]!.load();

interface State {
  readonly x: Cell<number>;
}

function* increment(x: Cell<number>): Path {
  yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + 1);
}

const two = (a = "A", x = "x", name = "two increments"): Program<State> =>
  define({
    name,
    setup: () => ({ x: new Cell(x, 0) }),
    tasks: (s) =>
      Object.fromEntries([
        [a, increment(s.x)],
        ["B", increment(s.x)],
      ]),
  });
const violated = define(
  { ...two() },
  alwaysAtEnd("none is lost", (s) => s.x.value === 2),
);
const large = (runs: number): SearchTree =>
  searchTree(classics.find(({ name }) => name === "writers-first")!.program, { maxRuns: runs });

describe("text", () => {
  test("two increments, whole", () => {
    expect(searchTreeView(searchTree(two())).toText(120)).toBe(`\
two increments: the whole search: 4 runs, one for each class of runs that differ only in the order of independent
  steps: 4 complete.
14 states, at most 4 steps in a run; the other order of 6 races was asked for, and in 3 it was covered already.

├─ 0 A: READ_ONCE(x) = 0  (3 runs)
│  first
│  ├─ 1 A: WRITE_ONCE(x, 1)  {x: 0 → 1}  (1 run)
│  │  first
│  │  2 B: READ_ONCE(x) = 1
│  │  3 B: WRITE_ONCE(x, 2)  {x: 1 → 2}
│  │  => run 1 is complete: x = 2  [mm1-cedb-A2B2]
│  └─ 1 B: READ_ONCE(x) = 0  (2 runs)
│     race: B's READ_ONCE(x) could come before A's WRITE_ONCE(x, 1) of step 1, as run 1 shows
│     ├─ 2 B: WRITE_ONCE(x, 1)  {x: 0 → 1}  (1 run)
│     │  first
│     │  3 A: WRITE_ONCE(x, 1)
│     │  => run 2 is complete: x = 1  [mm1-cedb-AB2A]
│     └─ 2 A: WRITE_ONCE(x, 1)  {x: 0 → 1}  (1 run)
│        race: A's WRITE_ONCE(x, 1) could come before B's WRITE_ONCE(x, 1) of step 2, as run 2 shows
│        3 B: WRITE_ONCE(x, 1)
│        => run 3 is complete: x = 1  [mm1-cedb-ABAB]
└─ 0 B: READ_ONCE(x) = 0  (1 run)
   race: B's WRITE_ONCE(x, 1) could come before A's READ_ONCE(x) of step 0, as run 2 shows
      not A: READ_ONCE(x) asleep: run 1 took it at step 0
   1 B: WRITE_ONCE(x, 1)  {x: 0 → 1}
   2 A: READ_ONCE(x) = 1
   3 A: WRITE_ONCE(x, 2)  {x: 1 → 2}
   => run 4 is complete: x = 2  [mm1-cedb-B2A2]

first: no order is known there yet; the task that ran last goes on, or else the first that can
race: a run has shown that a step could come before another one, so a run in which it does is made
asleep: not taken; it was explored before, from an earlier state, and is independent of all steps since`);
  });

  test("a part of a search says so, and marks the way to what goes wrong", () => {
    const text = searchTreeView(searchTree(violated), { name: "lost update" }).toText();
    expect(text).toMatch(
      /^lost update: a part of the search: 2 runs: 1 complete, 1 violated\.\nIt stops at the first run that goes wrong/,
    );
    expect(text).toContain("└─ 1 B: READ_ONCE(x) = 0  (1 run, wrong)");
    expect(text).toContain('=> run 2 violates: "none is lost" does not hold at the end');
    expect(searchTreeView(large(5)).toText()).toMatch(/It was cut at maxRuns = 5\. There are about 64 runs in all\./);
  });

  test("what was not taken is said once, as long as it stays so", () => {
    const { program } = classics.find(({ name }) => name === "philosophers")!;
    const text = searchTreeView(searchTree(program)).toText();
    const alone = text.split("├─")[2]!;
    expect(alone.match(/not philosopher 2: .* commutes/g)?.length).toBe(1);
  });

  test.each([60, 80, 200])("no line is longer than %i characters", (width) => {
    for (const line of searchTreeView(large(3)).toText(width).split("\n"))
      expect(line.length).toBeLessThanOrEqual(width);
  });

  test("a limit leaves runs out and counts them", () => {
    const text = searchTreeView(large(20), { limit: 40 }).toText(200);
    const runs = [...text.matchAll(/\.\.\. (\d+) runs? more, not shown/g)].reduce((sum, [, n]) => sum + Number(n), 0);
    expect(runs + [...text.matchAll(/=> run/g)].length).toBe(20);
    const html = searchTreeView(large(20), { limit: 40 }).toHTML();
    const left = (shown: string): readonly string[] => shown.match(/\.\.\. \d+ runs? more, not shown/g) ?? [];
    expect(left(html)).toEqual(left(text));
  });
});

describe("HTML", () => {
  test("folds without scripts, each branch with the runs behind it; nothing that an exported page would drop", () => {
    const html = searchTreeView(searchTree(two())).toHTML();
    expect(html.match(/<details open/g)).toHaveLength(6);
    expect(shownText(html)).toContain("B READ_ONCE(x) = 0 (2 runs)race: B's READ_ONCE(x) could come before");
    const exported = sanitizeHtml(html);
    expect(shownText(exported)).toBe(shownText(html));
    expect([...exported.matchAll(/style="/g)]).toHaveLength([...html.matchAll(/style="/g)].length);
    expect([...exported.matchAll(/<details open/g)]).toHaveLength(6);
    expect(html).not.toMatch(/<script|onclick|class=/);
  });

  test("a large tree is folded, but for the way to what goes wrong", () => {
    expect(searchTreeView(large(40)).toHTML()).not.toContain("<details open");
    const { program } = classics.find(({ name }) => name === "readers-first")!;
    const html = searchTreeView(searchTree(program, { maxRuns: 400 })).toHTML();
    const open = html.match(/<details open/g)!.length;
    expect(open).toBeGreaterThan(0);
    expect(open).toBeLessThan(html.match(/<details/g)!.length / 4);
  });

  test("as a notebook shows it: HTML beside text", () => {
    const view = searchTreeView(searchTree(two()));
    expect(toBundle(view)!.data).toEqual({ "text/html": view.toHTML(), "text/plain": view.toText() });
    expect(view[DISPLAY]()).toHaveProperty("text/plain", String(view));
  });
});

describe.each(HOSTILE.filter((text) => text !== "__proto__").map((text) => [text.slice(0, 20), text]))(
  "%j as every name",
  (_short, text) => {
    const view = searchTreeView(searchTree(two(text, text, text)));

    test("is text", () => {
      const html = view.toHTML();
      const tags = new Set([...html.matchAll(/<\/?([a-z]+)/gi)].map(([, name]) => name));
      expect([...tags].sort()).toEqual([
        "bdi",
        "code",
        "details",
        "div",
        "em",
        "li",
        "p",
        "span",
        "strong",
        "summary",
        "ul",
      ]);
      expect(html.replace(/<[a-z]+( open)?( [a-z-]+="[^"]*")*>|<\/[a-z]+>/g, "")).not.toMatch(/[<>"']/);
      expect(view.toText().replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u202e]|\p{Surrogate}/u);
    });
  },
);

test.each<[string, () => unknown, string]>([
  [
    "no tree",
    () => searchTreeView(5 as never),
    "the tree to show is 5; accepted: what searchTree returns. Next: show searchTree(program).",
  ],
  [
    "a width out of range",
    () => searchTreeView(searchTree(two()), { width: 10 }),
    "width is 10; accepted: an integer from 60 to 1000 characters. Next: give a value in that range.",
  ],
  [
    "a misspelt option",
    () => searchTreeView(searchTree(two()), { with: 80 } as never),
    'a parameter of searchTreeView is "with"; accepted: width, name, limit. Next: did you mean "width".',
  ],
])("%s is refused", (_name, call, message) => {
  expect(call).toThrow(message);
});
