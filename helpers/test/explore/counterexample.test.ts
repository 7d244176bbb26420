import { DISPLAY, explorables, explore, replay, type Verdict } from "@mm-lab/kernel-model";
import { describe, expect, test } from "vitest";
import { sanitizeHtml } from "../../src/export/sanitize.js";
import { shownText } from "../export/shown-text.js";
import { counterexample, toBundle } from "../../src/index.js";
import { draw } from "../plots/check.js";
import { deadlock, effort, HOSTILE, hostile, manyTasks, scheduleOf, traceOf, useAfterFree } from "./fixtures.js";

const { scenarios: classics } = await explorables[0]!.load();

const readable = (text: string): string =>
  text.length > 100
    ? "xxxxxxxx"
    : text
        .replace("\r\n", "⏎")
        .replace("\n", "⏎")
        .replace("\u001b", "␛")
        .replace("\u202e", "⟨U+202E⟩")
        .replace("\ud800", "\ufffd");
const classic = (name: string): Verdict => explore(classics.find((s) => s.name === name)!.program);

describe("text, as kernel patches draw races", () => {
  test("a use after free: functions, steps, changes, the refused step with its arrow, how to replay", () => {
    expect(counterexample(useAfterFree(), { scenario: "zswap pool-switch" }).toText()).toBe(`\
zswap pool: violated: use after free: CPU 0, in zswap_store, at kref_get(pool->kref): kref_get
  touches pool->kref in pool A, which was freed.
4 steps, 2 context switches; found in 7 schedules.

   CPU 0                             CPU 1                                shared state
-  --------------------------------  -----------------------------------  --------------------------
   zswap_store()
0    rcu_dereference(zswap_pools) = pool A
                                     zswap_pool_changed()
1                                      list_del_rcu(zswap_pools, pool A)  zswap_pools: A B -> B
2                                      kref_put(pool->kref) = true        pool->kref: 1 -> 0
                                     __zswap_pool_release()
3                                      kfree(pool A)                      pool A: allocated -> freed
     kref_get(pool->kref) <-- here: use after free

Replay: mm1-c0de-AB3A
  replay(program, "mm1-c0de-AB3A")
  npx mm-lab explore zswap pool-switch --replay "mm1-c0de-AB3A"`);
  });

  test("a deadlock: what each waits for, who holds it, and the cycle", () => {
    expect(counterexample(deadlock(), { name: "rmap", width: 120 }).toText()).toBe(`\
rmap: stuck: 2 tasks wait for ever: kswapd, khugepaged.
2 steps, 1 context switch; found in 7 schedules.

   kswapd                      khugepaged               shared state
-  --------------------------  -----------------------  -------------------------------------
   folio_lock_anon_vma_read()
0    down_read(anon_vma)                                anon_vma: free -> read by kswapd
                               collapse_huge_page()
1                                down_write(mmap_lock)  mmap_lock: free -> held by khugepaged
   folio_referenced()
     down_read(mmap_lock) <-- waits for ever: held by khugepaged
                                 down_write(anon_vma) <-- waits for ever: held by kswapd

Who waits for whom
  kswapd waits in folio_referenced() at down_read(mmap_lock): held by khugepaged
  khugepaged waits in collapse_huge_page() at down_write(anon_vma): held by kswapd
  The cycle: kswapd -> khugepaged -> kswapd

Replay: mm1-dead-AB
  replay(program, "mm1-dead-AB")`);
  });

  test("the explorer's own answer: Treiber's stack and its ABA problem", () => {
    const text = counterexample(classic("treiber-aba")).toText();
    expect(text).toContain(`
    CPU 0                       CPU 1                       shared state
--  --------------------------  --------------------------  ---------------
    pop()
 0    READ_ONCE(top) = A
 1    READ_ONCE(A->next) = B
                                pop()
 2                                READ_ONCE(top) = A
`);
    expect(text).toContain(`
11    cmpxchg(top, A -> B) = A                              top: A -> B
      ^-- "each node is on the stack or with one task" does not hold at the end
`);
  });

  test("eight tasks stand staggered, with rules, within the width", () => {
    const lines = counterexample(manyTasks(8)).toText().split("\n");
    expect(lines).toContain("    |  |  |  |  |  |  |  kworker/7                                      shared state");
    expect(lines).toContain(
      " 2  |  |    atomic_inc(zswap_stored_pages)                              zswap_stored_pages: 2 -> 3",
    );
  });

  test.each([60, 80, 100, 160, 400])("no line is longer than %i characters, but for the lines to copy", (width) => {
    for (const verdict of [useAfterFree(), deadlock(), manyTasks(2), manyTasks(4), classic("readers-first")]) {
      const picture = counterexample(verdict).toText(width).split("\nReplay:")[0]!;
      expect(picture.split("\n").filter((line) => line.length > width)).toEqual([]);
    }
  });

  test("long names are broken or cut, not lost in the next column", () => {
    const text = counterexample(manyTasks(2, (i) => `a task with quite a long name that ends in ${i}`)).toText(70);
    expect(text).toContain("\n   in 0   ");
    expect(text.split("\n").every((line) => line.startsWith("  npx") || line.length <= 70)).toBe(true);
    expect(counterexample(manyTasks(1, () => "y".repeat(500))).toText(200)).toContain(`${"y".repeat(79)}…`);
  });

  test("a long run shows its beginning and its end", () => {
    const tasks = ["A", "B"];
    const trace = traceOf(
      tasks,
      Array.from({ length: 1000 }, (_, i) => [tasks[i % 2]!, "f", "atomic_inc", `x${i}`] as const),
    );
    const long: Verdict = { ...deadlock(), waiting: [], trace, schedule: scheduleOf("long", tasks, trace) };
    const text = counterexample(long, { limit: 10 }).toText();
    expect(text).toContain("... 990 steps left out");
    expect([...text.matchAll(/atomic_inc\(x(\d+)\)/g)].map(([, n]) => Number(n))).toEqual([
      0, 1, 992, 993, 994, 995, 996, 997, 998, 999,
    ]);
    expect(counterexample(long, { limit: 10 }).toHTML()).toContain("⋮ 990 steps left out");
    expect(text.split("\n").filter((line) => line.trim() === "f()")).toHaveLength(4); // said again after the gap
  });
});

describe("sentences", () => {
  test.each<[string, Verdict, string]>([
    [
      "a proof, with its counts",
      { kind: "exhausted", effort },
      "Proved: all 7 schedules of this program, up to the order of steps that commute, were run and nothing went wrong (60 steps, at most 12 in a run; 2 runs given up as repeats): a proof for these tasks and sizes, under sequential consistency.",
    ],
    [
      "a proof of one run without reduction",
      { kind: "exhausted", effort: { ...effort, schedules: 1, redundant: 0, steps: 1, longest: 1, reduction: "none" } },
      "Proved: the only schedule of this program was run and nothing went wrong (1 step, at most 1 in a run): a proof for these tasks and sizes, under sequential consistency.",
    ],
    [
      "a bound is no proof",
      {
        kind: "bounded",
        bound: "at most 2 preemptions",
        rest: null,
        effort: { ...effort, redundant: 0, estimated: null },
      },
      "Not a proof: 7 schedules were run and nothing went wrong, but the search stopped at its bound (at most 2 preemptions): the schedules that were not run may still go wrong.",
    ],
    [
      "how far a search came that was cut",
      { kind: "bounded", bound: "seconds = 1", rest: null, effort: { ...effort, estimated: 41_234 } },
      "Not a proof: 7 schedules were run (2 runs given up as repeats) and nothing went wrong, but the search stopped at its bound (seconds = 1), after less than 1 % of an estimated 40,000 runs: the schedules that were not run may still go wrong.",
    ],
    [
      "a search that was cut near its end",
      { kind: "bounded", bound: "seconds = 1", rest: null, effort: { ...effort, redundant: 1, estimated: 10 } },
      "Not a proof: 7 schedules were run (1 run given up as a repeat) and nothing went wrong, but the search stopped at its bound (seconds = 1), after about 80 % of an estimated 10 runs: the schedules that were not run may still go wrong.",
    ],
    [
      "a `sometimes` that never holds",
      {
        kind: "violated",
        violation: {
          kind: "sometimes",
          what: "ever",
          message: '"ever" holds in no run',
          task: null,
          function: null,
          step: null,
          index: null,
        },
        schedule: null,
        replay: null,
        trace: [],
        effort,
      },
      'Violated: "ever" holds in no run. All 7 schedules were run, so there is no single run to show.',
    ],
  ])("%s", (_name, verdict, sentence) => {
    const view = counterexample(verdict, { width: 1000 });
    expect(view.toText()).toBe(sentence);
    expect(view.replay).toBe(null);
    expect(view.toHTML()).not.toContain("<table");
    expect(() => view.chart()).toThrow(
      /the verdict to draw is .*; accepted: one with a run: violated or stuck\. Next: print the verdict instead/,
    );
  });

  test("a replay, whole and cut short", () => {
    const verdict = classic("treiber-aba");
    const { program } = classics.find((s) => s.name === "treiber-aba")!;
    const string = (verdict as { replay: string }).replay;
    expect(counterexample(replay(program, string)).toText()).toBe(
      counterexample(verdict).toText().replace("found in 2 schedules", "replayed"),
    );
    expect(counterexample(replay(program, "mm1-8923-A2B5")).toText(1000)).toMatch(
      /^treiber stack: unfinished: the schedule stops before the program does\. The state then: .*top = B\.\n7 steps, 1 context switch; replayed\./,
    );
    expect(counterexample(replay(program, "mm1-8923-A3B3")).toText(1000)).toMatch(
      /complete: nothing went wrong in this run|unfinished/,
    );
  });
});

describe("HTML", () => {
  test("a table with one column per task, and nothing that an exported page would drop", () => {
    const html = counterexample(useAfterFree()).toHTML();
    expect([...html.matchAll(/<th [^>]*><bdi>([^<]*)<\/bdi>/g)].map(([, text]) => text)).toEqual([
      "#",
      "CPU 0",
      "CPU 1",
      "shared state",
    ]);
    expect(html).toContain("↑ here: use after free");
    const exported = sanitizeHtml(html);
    expect(exported).toContain("Violated");
    expect(shownText(exported)).toBe(shownText(html));
    expect(exported).not.toMatch(/&lt;(table|span|td)/);
    expect([...exported.matchAll(/style="/g)]).toHaveLength([...html.matchAll(/style="/g)].length);
  });

  test("as a notebook shows it: HTML beside text", () => {
    const view = counterexample(deadlock());
    expect(toBundle(view)!.data).toEqual({ "text/html": view.toHTML(), "text/plain": view.toText() });
    expect(view[DISPLAY]()).toHaveProperty("text/plain", String(view));
    expect(view.toHTML()).toContain("<li>The cycle: kswapd -&#62; khugepaged -&#62; kswapd</li>");
  });
});

describe.each(HOSTILE.map((text) => [text.slice(0, 20), text]))("%j as every name", (_short, text) => {
  const view = counterexample(hostile(text));

  test("is text in HTML", () => {
    const html = view.toHTML();
    const tags = new Set([...html.matchAll(/<\/?([a-z]+)/gi)].map(([, name]) => name));
    expect([...tags].sort()).toEqual([
      "bdi",
      "code",
      "div",
      "p",
      "span",
      "strong",
      "table",
      "tbody",
      "td",
      "th",
      "thead",
      "tr",
    ]);
    expect(html.replace(/<[a-z]+( [a-z-]+="[^"]*")*>|<\/[a-z]+>/g, "")).not.toMatch(/[<>"']/);
  });

  test("is one line of visible characters in the terminal", () => {
    const drawn = view.toText();
    expect(drawn.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u202e]|\p{Surrogate}/u);
    expect(drawn).toContain(readable(text));
    expect(drawn.split("\n").filter((line) => line.length > 100)).toEqual([]);
  });

  test("is text in the chart", () => {
    expect(draw(view.chart()).marks.flatMap((m) => m.items).length).toBeGreaterThan(2);
  });
});

describe("chart", () => {
  test("a bar per step, a sign at the refused one, its text behind", () => {
    const chart = counterexample(useAfterFree()).chart();
    const drawn = draw(chart);
    expect(drawn.marks.map(({ type, items }) => [type, items.length])).toEqual([
      ["rect", 5],
      ["symbol", 1],
      ["text", 1],
    ]);
    expect(drawn.texts).toEqual(
      expect.arrayContaining([
        "zswap pool: violated",
        "CPU 0",
        "CPU 1",
        "zswap_store()",
        "zswap_pool_changed()",
        "__zswap_pool_release()",
        "here: use after free",
        "step",
      ]),
    );
    expect(chart.description).toMatch(/5 spans of 2 tasks.*Marked: CPU 0 at 4, here: use after free\.$/);
    const {
      layer: [bars],
      data,
    } = chart.spec as {
      layer: [{ encoding: { tooltip: { title: string }[] } }];
      data: { values: Record<string, unknown>[] };
    };
    expect(bars.encoding.tooltip.map(({ title }) => title)).toEqual(
      expect.arrayContaining(["task", "function", "step", "changed state"]),
    );
    expect(data.values[2]).toMatchObject({
      task: "CPU 1",
      from: 2,
      to: 3,
      step: "kref_put(pool->kref) = true",
      "changed state": "pool->kref: 1 → 0",
    });
    expect(data.values[4]).toMatchObject({ from: 4, step: "kref_get(pool->kref) (refused)" });
  });

  test("tasks that wait for ever", () => {
    const drawn = draw(counterexample(deadlock()).chart({ width: 300 }));
    expect(drawn.texts).toEqual(
      expect.arrayContaining([
        "waits for ever",
        "down_read(mmap_lock): held by khugepaged",
        "down_write(anon_vma): held by kswapd",
      ]),
    );
  });

  test("eight tasks and thirty thousand steps", () => {
    expect(draw(counterexample(manyTasks(8)).chart()).marks[0]!.items).toHaveLength(16);
    const trace = traceOf(
      ["A"],
      Array.from({ length: 30_000 }, (_, i) => ["A", "f", "atomic_inc", `x${i}`] as const),
    );
    const long: Verdict = { ...deadlock(), waiting: [], trace, schedule: scheduleOf("long", ["A"], trace) };
    expect(draw(counterexample(long).chart()).marks[0]!.items).toHaveLength(200);
  });
});

test.each<[string, () => unknown, string]>([
  [
    "no verdict",
    () => counterexample(5 as never),
    "what to show is 5; accepted: a verdict of `explore` or a run of `replay`. Next: write counterexample(explore(program)).",
  ],
  [
    "a program",
    () => counterexample({ name: "p", setup: null } as never),
    'what to show is {"name":"p","setup":null}; accepted: a verdict of `explore` or a run of `replay`. Next: write counterexample(explore(program)).',
  ],
  [
    "a misspelt option",
    () => counterexample(deadlock(), { with: 80 } as never),
    'a parameter of counterexample is "with"; accepted: width, name, scenario, limit. Next: did you mean "width".',
  ],
  [
    "a width out of range",
    () => counterexample(deadlock(), { width: 10 }),
    "width is 10; accepted: an integer from 60 to 1000 characters. Next: give a value in that range.",
  ],
])("%s is refused", (_name, call, message) => {
  expect(call).toThrow(message);
});
