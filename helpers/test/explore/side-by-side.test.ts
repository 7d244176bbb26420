import {
  alwaysAtEnd,
  Cell,
  DISPLAY,
  define,
  explorables,
  explore,
  READ_ONCE,
  WRITE_ONCE,
  type Path,
  type Program,
} from "@mm-lab/kernel-model";
import { describe, expect, test } from "vitest";
import { sanitizeHtml } from "../../src/export/sanitize.js";
import { shownText } from "../export/shown-text.js";
import { sideBySide, toBundle } from "../../src/index.js";
import { HOSTILE } from "./fixtures.js";

const { scenarios: classics } = await explorables[0]!.load();

interface State {
  readonly x: Cell<number>;
}

function* increment(x: Cell<number>): Path {
  yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + 1);
}

const two = (sum = 2, a = "A", x = "x", name = "two increments"): Program<State> =>
  define(
    {
      name,
      setup: () => ({ x: new Cell(x, 0) }),
      tasks: (s) =>
        Object.fromEntries([
          [a, increment(s.x)],
          ["B", increment(s.x)],
        ]),
    },
    alwaysAtEnd("none is lost", (s) => s.x.value === sum),
  );
const classic = (wanted: string): Program => classics.find(({ name }) => name === wanted)!.program;
const besides = (program: Program): ReturnType<typeof sideBySide> => sideBySide(program, explore(program));

/** A run of `n` reads by each of two tasks, and then a race. */
const long = (n: number): Program<State> =>
  define(
    {
      name: "long",
      setup: () => ({ x: new Cell("x", 0) }),
      tasks: (s) => {
        const y = new Cell("y", 0);
        const path = function* (): Path {
          for (let i = 0; i < n; i++) yield* WRITE_ONCE(y, i);
          yield* increment(s.x);
        };
        return { A: path(), B: increment(s.x) };
      },
    },
    alwaysAtEnd("none is lost", (s) => s.x.value === 2),
  );

describe("text", () => {
  test("two increments: the first difference marked, how each ends", () => {
    const program = two();
    expect(sideBySide(program, explore(program)).toText(80)).toBe(`\
two increments: The first step is the same; then the run that goes wrong has B:
  READ_ONCE(x) = 0, and the nearest one that passes A: WRITE_ONCE(x, 1).

   goes wrong                            | passes
 - ------------------------------------- | -------------------------------------
 0 A: READ_ONCE(x) = 0                   | A: READ_ONCE(x) = 0
>1 B: READ_ONCE(x) = 0                   | A: WRITE_ONCE(x, 1)
                                         |   {x: 0 → 1}
 2 B: WRITE_ONCE(x, 1)                   | B: READ_ONCE(x) = 1
     {x: 0 → 1}                          |
 3 A: WRITE_ONCE(x, 1)                   | B: WRITE_ONCE(x, 2)
     ^-- "none is lost" does not hold    |   {x: 1 → 2}
         at the end                      |
 - ------------------------------------- | -------------------------------------
   Violated: "none is lost" does not     | Complete: nothing went wrong in this
     hold at the end.                    |   run. The state then: x = 2.

Replay: mm1-cedb-AB2A
        mm1-cedb-A2B2`);
  });

  test("common steps are left out but for the last two; a deadlock says who waits", () => {
    const text = besides(classic("treiber-aba")).toText();
    expect(text).toContain("... 8 steps, the same in both");
    expect(text.split("\n").filter((line) => line.startsWith(">"))).toEqual([
      expect.stringMatching(/^>10 CPU 1: cmpxchg\(top, C -> A\) = C +\| CPU 0: cmpxchg\(top, A -> B\) = C$/),
    ]);
    const stuck = besides(classic("philosophers-left-first")).toText();
    expect(stuck).toContain("^-- waits for ever: held by philosopher 1");
    expect(stuck).toMatch(/The cycle: philosopher 0 -> philosopher 1 ->/);
  });

  test.each([60, 80, 200])("no line is longer than %i characters", (width) => {
    for (const line of besides(classic("treiber-aba")).toText(width).split("\n"))
      expect(line.length).toBeLessThanOrEqual(width);
  });

  test("a long run keeps its beginning and its end", () => {
    const view = sideBySide(long(300), explore(long(300)), { limit: 10, maxRuns: 50 });
    const common = view.nearest!.firstDifference;
    expect(common).toBeGreaterThan(100);
    expect(view.toText()).toContain(`... ${common - 2} steps, the same in both`);
    expect(view.toHTML()).toContain(`⋮ ${common - 10} steps left out`);
    expect(view.toHTML().length).toBeLessThan(30_000);
  });

  test("where every run goes wrong, the one is shown alone", () => {
    const view = sideBySide(two(3), explore(two(3)));
    expect(view.nearest).toBe(null);
    expect(view.toText()).toMatch(/^No run that passes was found: .*\n\ntwo increments: violated: /);
    expect(shownText(view.toHTML())).toMatch(/^No run that passes was found: .*two increments: Violated/);
  });
});

describe("HTML", () => {
  test("a table with the first difference in a row of its own; nothing that an exported page would drop", () => {
    const program = two();
    const html = sideBySide(program, explore(program)).toHTML();
    expect(html.match(/the first difference/g)).toHaveLength(1);
    const rows = html.split("<tr").filter((row) => row.includes("background:#b8470026"));
    expect(rows.map(shownText).join("")).toMatch(
      /the first difference ↓.*1■ B READ_ONCE\(x\) = 0■ A WRITE_ONCE\(x, 1\)x: 0 → 1/s,
    );
    const exported = sanitizeHtml(html);
    expect(shownText(exported)).toBe(shownText(html));
    expect([...exported.matchAll(/style="/g)]).toHaveLength([...html.matchAll(/style="/g)].length);
  });

  test("many common steps are folded", () => {
    expect(besides(classic("treiber-aba")).toHTML()).toMatch(
      /<details style="[^"]*"><summary [^>]*>The same in both: 10 steps<\/summary>/,
    );
  });

  test("as a notebook shows it: HTML beside text", () => {
    const view = sideBySide(two(), explore(two()));
    expect(toBundle(view)!.data).toEqual({ "text/html": view.toHTML(), "text/plain": view.toText() });
    expect(view[DISPLAY]()).toHaveProperty("text/plain", String(view));
  });
});

describe.each(HOSTILE.filter((text) => text !== "__proto__").map((text) => [text.slice(0, 20), text]))(
  "%j as every name",
  (_short, text) => {
    const program = two(2, text, text, text);
    const view = sideBySide(program, explore(program));

    test("is text", () => {
      const html = view.toHTML();
      expect(html.replace(/<[a-z]+( open)?( [a-z-]+="[^"]*")*>|<\/[a-z]+>/g, "")).not.toMatch(/[<>"']/);
      const tags = new Set([...html.matchAll(/<\/?([a-z]+)/gi)].map(([, name]) => name));
      expect([...tags].sort()).toEqual([
        "bdi",
        "code",
        "details",
        "div",
        "p",
        "span",
        "strong",
        "summary",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
      ]);
      expect(view.toText().replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u202e]|\p{Surrogate}/u);
    });
  },
);

test.each<[string, () => unknown, RegExp]>([
  [
    "a proof",
    () => besides(define({ ...two(), properties: [] }) as Program),
    /^what to find a passing run for is "exhausted"; accepted: violated or stuck with the run/,
  ],
  [
    "a limit out of range",
    () => sideBySide(two(), explore(two()), { limit: 1 }),
    /^limit is 1; accepted: an integer from 10 to 10000 steps\. Next: /,
  ],
  [
    "a misspelt option",
    () => sideBySide(two(), explore(two()), { with: 80 } as never),
    /^a parameter of sideBySide is "with"; accepted: width, name, limit, maxRuns\. Next: did you mean "width"\.$/,
  ],
])("%s is refused", (_name, call, message) => {
  expect(call).toThrow(message);
});
